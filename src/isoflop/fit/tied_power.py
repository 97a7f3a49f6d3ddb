"""Power laws above floors with one shared exponent, for many series at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray

EXPONENTS = (0.02, 2.0)  # of the search; the authors' starts lie in 0.3 to 0.9 (ye2024 code)
GRID = 16
SETTLED = 1e-7  # of ln alpha
REWEIGHTED = 8  # rounds of the Huber weights


@dataclass(frozen=True)
class TiedPower:
    """``floor_i + scale_i * x^-alpha``, series i.

    Attributes
    ----------
    alpha : shared exponent
    floor : (n_series,) nat/token, zero or more
    scale : (n_series,) nat/token at x = ``unit``
    unit : geometric mean of the x it was fitted to
    """

    alpha: float
    floor: FloatArray
    scale: FloatArray
    unit: float

    def at(self, x: float) -> FloatArray:
        """Value of every series, (n_series,)."""
        return np.asarray(self.floor + self.scale * (x / self.unit) ** -self.alpha)


def fit_tied_power(
    x: FloatArray, y: FloatArray, delta: float, weights: FloatArray | None = None
) -> TiedPower:
    """Fit all series; for each exponent the floors and scales follow by least squares.

    Parameters
    ----------
    x : (n_points,) positive, increasing or not
    y : (n_series, n_points)
    delta : where the Huber loss of level residuals turns linear
    weights : (n_points,) or (n_series, n_points), how often a point counts
    """
    from scipy.optimize import minimize_scalar

    unit = float(np.exp(np.log(x).mean()))
    relative = x / unit
    base = np.broadcast_to(np.ones(1) if weights is None else weights, y.shape)

    def solved(alpha: float) -> tuple[float, FloatArray, FloatArray]:
        floor, scale = _robust(relative**-alpha, y, base, delta)
        error = np.abs(floor[:, None] + scale[:, None] * relative**-alpha - y)
        clipped = np.minimum(error, delta)
        return float(np.sum(base * clipped * (error - 0.5 * clipped))), floor, scale

    low, high = np.log(EXPONENTS)
    grid = np.exp(np.linspace(low, high, GRID))
    costs = [solved(float(alpha))[0] for alpha in grid]
    best = int(np.argmin(costs))
    bracket = np.log(grid[max(best - 1, 0)]), np.log(grid[min(best + 1, GRID - 1)])
    found = minimize_scalar(
        lambda u: solved(float(np.exp(u)))[0],
        bounds=bracket,
        method="bounded",
        options={"xatol": SETTLED},
    )
    alpha = float(np.exp(found.x))
    _, floor, scale = solved(alpha)
    return TiedPower(alpha, floor, scale, unit)


def _robust(
    basis: FloatArray, y: FloatArray, base: FloatArray, delta: float
) -> tuple[FloatArray, FloatArray]:
    weights = base
    for _ in range(REWEIGHTED):
        floor, scale = _line(basis, y, weights)
        error = np.abs(floor[:, None] + scale[:, None] * basis - y)
        if (error <= delta).all():
            break
        weights = base * delta / np.maximum(error, delta)
    return floor, scale


def _line(basis: FloatArray, y: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted least squares y = floor + scale*basis with both at zero or more."""
    total = w.sum(axis=1)
    mean_x, mean_y = (w * basis).sum(axis=1) / total, (w * y).sum(axis=1) / total
    dx = basis - mean_x[:, None]
    spread = (w * dx**2).sum(axis=1)
    slope = (w * dx * (y - mean_y[:, None])).sum(axis=1) / np.maximum(spread, 1e-300)
    slope = np.maximum(slope, 0.0)
    floor = mean_y - slope * mean_x
    through = (w * basis * y).sum(axis=1) / (w * basis**2).sum(axis=1)
    negative = floor < 0.0
    return np.where(negative, 0.0, floor), np.where(negative, through, slope)
