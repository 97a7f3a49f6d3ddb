"""A turn: the target improves and then gets worse, or the other way round (ushape2022).

A parabola in ln x and bent lines whose arms have slopes of opposite sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np

from isoflop.core.quantities import format_count
from isoflop.validate.trends.series import Series
from isoflop.validate.trends.trend import Shapes, Trend

ARM = 3  # places that each arm needs
_STEEPER = (0.1, 0.3, 1.0, 3.0, 10.0)  # slope of the right arm over that of the left


def shapes(series: Series) -> Shapes:
    logs, turns = series.log_x, series.inner(ARM)
    parabolas = [(logs - turn) ** 2 for turn in turns]
    bent = [
        np.maximum(turn - logs, 0.0) + steeper * np.maximum(logs - turn, 0.0)
        for turn, steeper in product(turns, _STEEPER)
    ]
    places = np.concatenate([turns, np.repeat(turns, len(_STEEPER))])
    return Shapes(np.array([*parabolas, *bent]), {"turn": places})


def words(series: Series, named: Mapping[str, float]) -> str:
    first, then = ("falls", "rises") if named["slope"] > 0 else ("rises", "falls")
    turn = format_count(series.at(named["turn"]))
    return f"{series.target} {first} up to {series.axis} {turn} and {then} beyond"


TREND = Trend("u_shape", "W594", 4, "either", shapes, words)
