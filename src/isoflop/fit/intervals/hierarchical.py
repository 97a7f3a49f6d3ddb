"""Hierarchical bootstrap: scales are drawn again, then the seeds within each scale (ivgi2022)."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.fit.engine import solve_many
from isoflop.fit.intervals.method import Intervals, Request


def draw_twice(labels: IntArray, n: int, rng: np.random.Generator) -> FloatArray:
    """How often each row is drawn in each resample: (n, n_rows).

    Every time a scale is drawn, as many of its rows are drawn as it has; with one seed a scale this
    is the cluster bootstrap.
    """
    scales = int(labels.max()) + 1
    drawn = rng.multinomial(scales, np.full(scales, 1.0 / scales), size=n)
    counts = np.zeros((n, len(labels)))
    for scale in range(scales):
        rows = np.flatnonzero(labels == scale)
        share = np.full(len(rows), 1.0 / len(rows))
        counts[:, rows] = rng.multinomial(drawn[:, scale] * len(rows), share)
    return counts


def draw(request: Request) -> FloatArray:
    """Optima of the resamples, in coordinates; rows of equal inputs are one scale."""
    table = np.column_stack(request.problem.inputs)
    scales = np.unique(table, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    labels = scales if request.labels.max() + 1 == len(request.labels) else request.labels
    counts = draw_twice(labels, request.n_draws, request.rng) * request.weights
    solved = solve_many(request.problem, counts, request.coordinates, request.progress)
    return np.asarray(solved[np.isfinite(solved).all(axis=1)])


INTERVALS = Intervals(
    "hierarchical", "draw scales again, then the seeds within each, and re-solve", draw
)
