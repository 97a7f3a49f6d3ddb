"""Lowest point of many one-dimensional curves at once: coarse grid, golden section, exact slope."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray

Curve: TypeAlias = Callable[[FloatArray], FloatArray]
"""(n_curves, n_points) -> values of the same shape; must accept complex points."""

GRID = 65  # points over the range; a cell is then about a fifth of a natural log unit
GOLDEN_STEPS = 34  # shrinks two cells below the noise of comparing two losses
GOLDEN = 0.5 * (5**0.5 - 1.0)
SLOPE_WINDOW = 1e-2  # in the log of the size; wider than the noise of a golden section
SLOPE_STEPS = 50  # halves that window below the spacing of float64
BISECTIONS = 56  # halves the whole range of compute, in logs, below 1e-15
PARTS, HALVINGS = 32, 5  # parts of a range that is narrowed at once, 2^5
NARROWINGS = 11  # 32^11 = 2^55: as close as bisection comes
COMPLEX_STEP = 1e-30  # so small that the error of the slope is rounding alone


def minimise(curve: Curve, low: FloatArray, high: FloatArray, *, exact: bool = True) -> FloatArray:
    """Where each curve is lowest within [low, high]: (n_curves,).

    A dip inside the range is preferred to a lower end: forms that were never fitted at extreme
    ratios may fall off there. Without a dip the lowest end is returned.

    Parameters
    ----------
    low, high : (n_curves,) range of each curve.
    exact : also find the zero of the slope, by complex step; the place is then right to rounding
        and not only to the square root of it.
    """
    grid = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, GRID)
    values = finite(curve(grid))
    left, middle, right = values[:, :-2], values[:, 1:-1], values[:, 2:]
    dips = np.isfinite(middle) & (middle <= left) & (middle <= right)
    dips &= (middle < left) | (middle < right)
    inside = np.where(dips, middle, np.inf).argmin(axis=1) + 1
    cell = np.where(dips.any(axis=1), inside, values.argmin(axis=1))
    rows = np.arange(len(grid))
    a = grid[rows, np.maximum(cell - 1, 0)]
    b = grid[rows, np.minimum(cell + 1, GRID - 1)]
    place = _golden_section(curve, a, b)
    return _zero_of_slope(curve, place, low, high) if exact else place


def finite(values: FloatArray) -> FloatArray:
    """Values with everything that is no number as infinity: never the lowest."""
    return np.where(np.isfinite(values), values, np.inf)


def bisect(
    is_below: Callable[[FloatArray], BoolArray],
    a: FloatArray,
    b: FloatArray,
    steps: int = BISECTIONS,
) -> FloatArray:
    """The border between points where ``is_below`` holds (towards a) and where it does not."""
    for _ in range(steps):
        middle = 0.5 * (a + b)
        below = is_below(middle)
        a, b = np.where(below, middle, a), np.where(below, b, middle)
    return 0.5 * (a + b)


def narrow(
    is_below: Callable[[FloatArray], BoolArray],
    a: FloatArray,
    b: FloatArray,
    rounds: int = NARROWINGS,
) -> FloatArray:
    """:func:`bisect` with many points of each range asked at once: few calls, for few ranges.

    Parameters
    ----------
    is_below : takes (n_ranges * n_points,) points, those of one range after each other.
    """
    share = np.linspace(0.0, 1.0, PARTS + 1)[1:-1]
    rows = np.arange(len(a))
    for _ in range(rounds):
        points = a[:, None] + (b - a)[:, None] * share
        below = is_below(points.ravel()).reshape(points.shape)
        # The first point that is not below ends the part; where all are, the last part is left.
        first = np.where(below.all(axis=1), PARTS - 1, below.argmin(axis=1))
        ends = np.concatenate([a[:, None], points, b[:, None]], axis=1)
        a, b = ends[rows, first], ends[rows, first + 1]
    return 0.5 * (a + b)


def _golden_section(curve: Curve, a: FloatArray, b: FloatArray) -> FloatArray:
    c, d = b - GOLDEN * (b - a), a + GOLDEN * (b - a)
    at_c, at_d = _along(curve, c), _along(curve, d)
    for _ in range(GOLDEN_STEPS):
        keeps_left = at_c <= at_d
        a, b = np.where(keeps_left, a, c), np.where(keeps_left, d, b)
        c, d = (
            np.where(keeps_left, b - GOLDEN * (b - a), d),
            np.where(keeps_left, c, a + GOLDEN * (b - a)),
        )
        fresh = _along(curve, np.where(keeps_left, c, d))
        at_c, at_d = np.where(keeps_left, fresh, at_d), np.where(keeps_left, at_c, fresh)
    # An end of the range is only approached; take it where it is lower.
    points = np.stack([0.5 * (a + b), a, b], axis=1)
    best = finite(curve(points)).argmin(axis=1)
    return np.asarray(points[np.arange(len(points)), best])


def _zero_of_slope(
    curve: Curve, place: FloatArray, low: FloatArray, high: FloatArray
) -> FloatArray:
    a, b = np.maximum(low, place - SLOPE_WINDOW), np.minimum(high, place + SLOPE_WINDOW)
    turns = (_slope(curve, a) < 0.0) & (_slope(curve, b) > 0.0)
    for _ in range(SLOPE_STEPS):
        middle = 0.5 * (a + b)
        falls = _slope(curve, middle) < 0.0
        a, b = np.where(falls, middle, a), np.where(falls, b, middle)
    return np.where(turns, 0.5 * (a + b), place)


def _slope(curve: Curve, points: FloatArray) -> FloatArray:
    stepped = np.asarray(points[:, None] + 1j * COMPLEX_STEP)
    return np.asarray(np.imag(curve(stepped))[:, 0] / COMPLEX_STEP)


def _along(curve: Curve, points: FloatArray) -> FloatArray:
    return np.asarray(finite(curve(points[:, None]))[:, 0])
