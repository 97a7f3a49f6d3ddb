"""The law to be doubted: a power law that falls (or rises) towards a limit, or a line in ln x."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.validate.trends.series import Series
from isoflop.validate.trends.trend import Fitted, Shapes, bends, fit_shapes

NUMBERS = 3  # limit, height, exponent
_EXPONENTS = np.concatenate([[0.0], np.geomspace(0.01, 3.0, 60)])
_NEAR = np.geomspace(0.85, 1.18, 31)  # around the best exponent, so that the grid adds no misfit


def fit_monotone(series: Series, y: FloatArray, scale: FloatArray) -> Fitted:
    """The best monotone law of each series, (n_series, n); the grid is finest near the first's."""
    coarse = fit_shapes(series, _shapes(series, _EXPONENTS), "as expected", y[:1], scale)
    near = coarse.named["exponent"] * _NEAR
    exponents = np.unique(np.concatenate([_EXPONENTS, near]))
    return fit_shapes(series, _shapes(series, exponents), "as expected", y, scale)


def _shapes(series: Series, exponents: FloatArray) -> Shapes:
    return Shapes(bends(series.log_x, exponents), {"exponent": exponents})
