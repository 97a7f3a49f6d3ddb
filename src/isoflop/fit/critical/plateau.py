"""The hyperbola with a plateau, on which more data parallelism saves no step."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.critical.method import Method


def relative(
    batch: FloatArray, critical: FloatArray, shape: FloatArray, linear: float
) -> FloatArray:
    return np.asarray(np.maximum(shape, 1.0 + critical / batch))


METHOD = Method(
    name="plateau",
    about="S = S_min*max(floor, 1 + B_crit/B)",
    source="shallue2018",
    shape_name="floor",
    shapes=np.geomspace(1.0, 100.0, 93),
    relative=relative,
    floor=lambda critical, shape, linear: shape,
)
