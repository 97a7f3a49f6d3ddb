"""Akima interpolation per budget with a noise bootstrap, then a weighted line (porian2024)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError
from isoflop.core.explain import Finding
from isoflop.fit.allocation.estimator import (
    Allocation,
    Estimator,
    Points,
    no_minimum,
    power_law,
    slices,
)

NOISE_SD = 0.002  # porian2024: of the loss near convergence, web corpus
MIN_SIZES = 5  # as many as the parabola of approach 2 asks for
DRAWS = 200
PER_INTERVAL = 25  # points searched between neighbouring sizes
SEED = 0


def estimate(points: Points, noise_sd: float = NOISE_SD) -> Allocation:
    """Minimum of the interpolated curve per budget, under noise, and lines weighted by 1/sd^2.

    Raises
    ------
    FitError
        E330 when fewer than two budgets have an interior minimum.
    """
    rng = np.random.default_rng(SEED)
    rows, left_out = [], []
    sized = [(budget, _best_per_size(group)) for budget, group in slices(points)]
    for budget, best in sized:
        if len(best.N) < MIN_SIZES:
            continue
        row = _minimum(best, noise_sd, rng)
        if row is None:
            left_out.append(budget)
        else:
            rows.append((budget, *row))
    if len(rows) < 2:
        raise FitError(
            f"{'Only one' if rows else 'No'} compute budget has a minimum inside its sizes.",
            where=f"{len(slices(points))} budgets",
            matters="a power law needs two or more optima.",
            do="add sizes on both sides of each minimum.",
            code="E330",
        )
    budgets, log_n, sd, loss = (np.array(column) for column in zip(*rows, strict=True))
    N = np.exp(log_n)
    D = budgets / (6.0 * N)
    findings: tuple[Finding, ...] = ()
    if left_out:
        findings = (no_minimum(left_out),)
    weights = 1.0 / sd**2
    return Allocation(
        "akima", power_law(budgets, N, weights), power_law(budgets, D, weights),
        budgets, N, D, loss, findings,
    )  # fmt: skip


def _best_per_size(points: Points) -> Points:
    order = np.lexsort((points.loss, points.N))
    _, first = np.unique(points.N[order], return_index=True)
    return points.take(order[first])


def _minimum(
    points: Points, noise_sd: float, rng: np.random.Generator
) -> tuple[float, float, float] | None:
    """(median ln N*, its sd, loss*) of one budget; None where the minimum is at the edge."""
    x, y = np.log(points.N), points.loss
    grid = np.unique(np.concatenate([np.linspace(a, b, PER_INTERVAL) for a, b in pairwise(x)]))
    noisy = y + rng.normal(0.0, noise_sd, size=(DRAWS, len(y)))
    curves = _interpolated(x, np.log(noisy), grid)
    at = np.argmin(curves, axis=1)
    inside = (grid[at] > x[0]) & (grid[at] < x[-1])
    if inside.mean() < 0.5:
        return None
    found = grid[at[inside]]
    # porian2024: at least a third of a grid step, more where draws fell off the edge.
    step = float(np.median(np.diff(x)))
    sd = max(float(np.std(found)), step / 3.0) / float(inside.mean())
    loss = float(np.exp(np.median(curves.min(axis=1)[inside])))
    return float(np.median(found)), sd, loss


def _interpolated(x: FloatArray, y: FloatArray, grid: FloatArray) -> FloatArray:
    from scipy.interpolate import Akima1DInterpolator

    return np.asarray(Akima1DInterpolator(x, y, axis=1)(grid))


ESTIMATOR = Estimator("akima", "Akima minimum per budget, weighted line", "porian2024", estimate)
