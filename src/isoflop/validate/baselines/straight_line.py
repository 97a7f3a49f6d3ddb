"""Straight line: log target against log compute, drawn on with a ruler."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.validate.baseline import Baseline, Case


def forecast(case: Case) -> dict[str, FloatArray]:
    """Least squares of log target on log compute; with two runs, the line through both."""
    x, y = np.log(case.scale), np.log(case.observed)
    centred = x - x.mean()
    spread = float(centred @ centred)
    slope = float(centred @ (y - y.mean())) / spread if spread > 0 else 0.0
    line = y.mean() + slope * (np.log(case.scale_test) - x.mean())
    return {"straight line": np.asarray(np.exp(line))}


BASELINE = Baseline("straight line", "log target against log compute", forecast)
