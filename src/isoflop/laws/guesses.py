"""Starts read off a one-axis curve, for laws whose scale depends on the unit of the axis."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray

FLOOR_SHARE = 0.5  # hestness2017 entry: start from half the least error
MINIMUM_EXCESS = 1e-9  # assumption: keeps logs finite for a target at or below zero


def falling_line(x: FloatArray, target: FloatArray) -> tuple[float, float, float]:
    """Floor, scale and exponent of ``floor + scale * x**-exponent``, by a line in logs.

    Parameters
    ----------
    x, target : (n_runs,)
    """
    floor = FLOOR_SHARE * max(float(np.min(target)), 0.0)
    excess = np.log(np.maximum(target - floor, MINIMUM_EXCESS))
    log_x = np.log(x)
    centred = log_x - log_x.mean()
    spread = float(centred @ centred)
    slope = float(centred @ excess) / spread if spread > 0.0 else 0.0
    exponent = max(-slope, 0.01)
    return floor, float(np.exp(excess.mean() + exponent * log_x.mean())), exponent
