"""Two points: the log-linear line through the best runs of the two largest compute scales."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.validate.baseline import Baseline, Case

APART = 2.0  # assumption: the second scale lies at least a factor two below the largest run


def forecast(case: Case) -> dict[str, FloatArray]:
    """The line through the best run near the top and the best run near half its scale.

    Empty where all training runs lie within a factor two.
    """
    top = float(case.scale.max())
    near_top = case.scale > top / APART
    below = ~near_top & (case.scale > top / APART**2)
    below = below if below.any() else ~near_top
    if not below.any():
        return {}
    high, low = _best(case, near_top), _best(case, below)
    x0, x1 = np.log(case.scale[low]), np.log(case.scale[high])
    y0, y1 = np.log(case.observed[low]), np.log(case.observed[high])
    line = y1 + (y1 - y0) / (x1 - x0) * (np.log(case.scale_test) - x1)
    return {"two points": np.asarray(np.exp(line))}


def _best(case: Case, members: np.ndarray) -> int:
    chosen = np.flatnonzero(members)
    return int(chosen[np.argmin(case.observed[chosen])])


BASELINE = Baseline("two points", "line through the best runs of the two largest scales", forecast)
