"""A break: the slope changes once by more than a limit explains, and stays monotone.

The broken power law with one break of caballero2022, and its limit of bent lines in ln x.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.quantities import format_count
from isoflop.validate.trends.series import Series
from isoflop.validate.trends.trend import Shapes, Trend

BEYOND = 4  # places that a break needs behind it; caballero2022 entry
_SLOPES = (0.0, 0.03, 0.1, 0.2, 0.35, 0.6, 1.0)  # exponents before and after the break
_BREADTHS = (0.05, 0.5)  # of the change, in ln x
_BENT = (0.0, 0.25, 0.5, 2.0, 4.0)  # slope after a bend over the slope before, in ln x


def shapes(series: Series) -> Shapes:
    logs, places = series.log_x, series.inner(min(BEYOND, series.n_places // 2))
    curves: list[FloatArray] = []
    rows: list[tuple[float, float, float]] = []
    for at, before, after in product(places, _SLOPES, _SLOPES):
        if before == after:
            continue
        for breadth in _BREADTHS:
            change = (after - before) * breadth * np.logaddexp(0.0, (logs - at) / breadth)
            curves.append(np.exp(-before * logs - change))
            rows.append((at, before, after))
    for at, bent in product(places, _BENT):
        curves.append(-(np.minimum(logs - at, 0.0) + bent * np.maximum(logs - at, 0.0)))
        rows.append((at, 1.0, bent))
    curves += [-np.maximum(logs - at, 0.0) for at in places]
    rows += [(at, 0.0, 1.0) for at in places]
    named = np.array(rows)
    return Shapes(
        np.array(curves), {"break": named[:, 0], "before": named[:, 1], "after": named[:, 2]}
    )


def words(series: Series, named: Mapping[str, float]) -> str:
    how = "slower" if named["after"] < named["before"] else "faster"
    at = format_count(series.at(named["break"]))
    return f"{series.target} improves {how} beyond {series.axis} {at} than one power law can"


TREND = Trend("broken", "W595", 6, "as expected", shapes, words)
