"""Saturation: the target stops at some place, sharper than a power law reaches its limit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.quantities import format_count
from isoflop.validate.trends.series import Series
from isoflop.validate.trends.trend import Shapes, Trend, bends

BEYOND = 3  # places on the plateau
_EXPONENTS = np.array([0.0, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0])


def shapes(series: Series) -> Shapes:
    stops = series.inner(BEYOND)
    curves = np.concatenate([bends(np.minimum(series.log_x, stop), _EXPONENTS) for stop in stops])
    return Shapes(curves, {"stop": np.repeat(stops, len(_EXPONENTS))})


def words(series: Series, named: Mapping[str, float]) -> str:
    at = format_count(series.at(named["stop"]))
    return f"{series.target} stops improving at {series.axis} {at}"


TREND = Trend("saturating", "W596", 4, "as expected", shapes, words)
