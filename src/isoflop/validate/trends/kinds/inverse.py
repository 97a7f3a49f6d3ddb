"""Inverse scaling: the target goes the wrong way all along the axis (mckenzie2023)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.validate.trends.series import Series
from isoflop.validate.trends.trend import Shapes, Trend, bends

_EXPONENTS = np.array([-0.6, -0.3, -0.1, 0.0, 0.1, 0.3, 0.6])


def shapes(series: Series) -> Shapes:
    return Shapes(bends(series.log_x, _EXPONENTS), {"exponent": _EXPONENTS})


def words(series: Series, named: Mapping[str, float]) -> str:
    goes = "rises" if series.falls else "falls"
    return f"{series.target} {goes} with {series.axis} instead of improving"


TREND = Trend("inverse", "W593", 3, "against", shapes, words)
