"""The critical batch of the hyperbola: half as fast as possible at twice the fewest tokens."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.critical.method import Method


def relative(
    batch: FloatArray, critical: FloatArray, shape: FloatArray, linear: float
) -> FloatArray:
    return np.asarray(1.0 + critical / batch)


METHOD = Method(
    name="hyperbola",
    about="S = S_min*(1 + B_crit/B)",
    source="mccandlish2018",
    shape_name="none",
    shapes=np.array([1.0]),
    relative=relative,
    floor=lambda critical, shape, linear: 1.0,
)
