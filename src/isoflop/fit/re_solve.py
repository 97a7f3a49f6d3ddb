"""Draws of the parameters: runs (or whole clusters of rows) drawn again, each solved in full."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.engine import solve_many
from isoflop.fit.intervals.method import Request
from isoflop.fit.resample import draw_weights


def re_solved(request: Request) -> FloatArray:
    """Optima of the resamples; those that no start could fit are left out (and reported)."""
    counts = draw_weights(request.labels, request.n_draws, request.rng) * request.weights
    solved = solve_many(request.problem, counts, request.coordinates, request.progress)
    return np.asarray(solved[np.isfinite(solved).all(axis=1)])
