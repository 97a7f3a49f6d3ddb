"""The 20% rule: where steps exceed by a fifth what linear scaling promises.

``S = a + b/B^c``, and the critical batch solves ``S(B) = 1.2*S(B0)*B0/B`` from a batch B0 still in
linear scaling. On the hyperbola (c = 1) it is ``0.2*B_crit + 1.2*B0``: it depends on B0.
"""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.critical.method import Method

EXCESS = 1.2  # zhang2024: 20% above the linear extrapolation


def relative(
    batch: FloatArray, critical: FloatArray, shape: FloatArray, linear: float
) -> FloatArray:
    """Steps over b, with a/b such that the rule is met at the critical batch."""
    return np.asarray(_floor(critical, shape, linear) + batch**-shape)


def _floor(critical: FloatArray, shape: FloatArray, linear: float) -> FloatArray:
    promised = EXCESS * linear / critical
    ratio = (promised * linear**-shape - critical**-shape) / (1.0 - promised)
    return np.where(ratio >= 0.0, ratio, np.nan)


METHOD = Method(
    name="departure",
    about="S = a + b/B^c, 20% above linear scaling",
    source="zhang2024",
    shape_name="c",
    shapes=np.linspace(0.3, 2.0, 86),
    relative=relative,
    floor=lambda critical, shape, linear: float(
        _floor(np.array(critical), np.array(shape), linear)
    ),
    lowest=lambda linear: EXCESS * linear,
)
