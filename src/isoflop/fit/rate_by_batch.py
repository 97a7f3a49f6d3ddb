"""Does the best learning rate surge with the batch, or rise as a straight line in logs?

The best rate of each batch is the vertex of a sweep; forms are compared by AICc on ln rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError

LEAST = 5  # surge2024, as the catalogue states: five or more batches over a factor 30
BEYOND = 1e4  # assumption: peaks are sought this far beyond the batches
GRID = 2001
SLOPES = {"sqrt_rule": 0.5, "linear_rule": 1.0}
ROUNDING = 1e-12  # least scatter of ln rate; an exact fit has no finite criterion


@dataclass(frozen=True)
class RateForms:
    """The surge and the straight lines beside it.

    Attributes
    ----------
    lr_max, peak : of the surge; the batch of the peak in tokens.
    aicc : by form, smaller is better.
    """

    lr_max: float
    peak: float
    aicc: dict[str, float]

    @property
    def best(self) -> str:
        """The form with the smallest criterion."""
        return min(self.aicc, key=self.aicc.__getitem__)


def compare_rate_forms(batch: FloatArray, lr: FloatArray) -> RateForms:
    """Least squares of ln rate for ``surge``, ``sqrt_rule`` and ``linear_rule``.

    Parameters
    ----------
    batch, lr : (n_batches,) tokens and best rate of each.

    Raises
    ------
    FitError
        E530 with fewer than five batches.
    """
    if len(np.unique(batch)) < LEAST:
        raise FitError(
            f"{len(np.unique(batch))} batches do not tell a surge from a straight line.",
            where="batches and their best learning rates",
            matters="the surge has a peak, which needs batches on both of its sides.",
            do=f"tune the rate at {LEAST} or more batches over a factor 30.",
            code="E530",
        )
    x, y = np.log(batch), np.log(lr)
    log_peak = _peak(x, y)
    errors = {"surge": y - _surge(x, log_peak)}
    errors |= {name: y - slope * x for name, slope in SLOPES.items()}
    free = {"surge": 2} | dict.fromkeys(SLOPES, 1)
    return RateForms(
        lr_max=float(np.exp(errors["surge"].mean())),
        peak=float(np.exp(log_peak)),
        aicc={name: _aicc(error - error.mean(), free[name]) for name, error in errors.items()},
    )


def _surge(x: FloatArray, log_peak: float) -> FloatArray:
    return np.asarray(-np.log(np.cosh(0.5 * (x - log_peak))))


def _peak(x: FloatArray, y: FloatArray) -> float:
    from scipy.optimize import minimize_scalar

    def squares(log_peak: float) -> float:
        error = y - _surge(x, log_peak)
        return float(np.sum((error - error.mean()) ** 2))

    grid = np.linspace(x.min() - np.log(BEYOND), x.max() + np.log(BEYOND), GRID)
    at = int(np.argmin([squares(value) for value in grid]))
    around = (grid[max(at - 1, 0)], grid[min(at + 1, GRID - 1)])
    found = minimize_scalar(squares, bounds=around, method="bounded", options={"xatol": 1e-12})
    return float(found.x)


def _aicc(error: FloatArray, free: int) -> float:
    """Of normal errors; their width counts as one more number."""
    n, k = len(error), free + 1
    width = max(float(np.mean(error**2)), ROUNDING**2)
    return n * float(np.log(width)) + 2.0 * k + 2.0 * k * (k + 1) / (n - k - 1)
