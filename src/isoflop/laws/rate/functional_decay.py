"""Best decay of the learning rate of SGD: a power to zero, at once or only at the end."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def decay(s: FloatArray, be: FloatArray) -> tuple[FloatArray, FloatArray]:
    return 2.0 * be - 1.0, np.where(s < 1.0 - 1.0 / be, 1.0, 0.0)


RULE = Rule(
    name="functional_decay",
    entry="B24",
    about="Easy targets decay from the start; hard ones hold the largest stable rate first.",
    inputs=(
        Axis("s", "s", "1", "source exponent", 0.05, 3.0),
        Axis("be", "be", "1", "capacity exponent", 1.01, 5.0),
    ),
    outputs=(
        Axis("exponent", "exponent", "1", "power of the share of time left", 1.0, 9.0),
        Axis("hold", "hold", "1", "1: hold first, decay over a vanishing end; 0: decay", 0.0, 1.0),
    ),
    formula=decay,
    source="fsl2025",
    where="arXiv 2602.06797, one digest",
    reported=(
        Reported({"s": 0.5, "be": 1.5}, {"exponent": 2.0, "hold": 0.0}, 1e-12),
        Reported({"s": 0.3, "be": 2.0}, {"exponent": 3.0, "hold": 1.0}, 1e-12),
    ),
    refuse=lambda at: None if (at["be"] > 1.0).all() else "needs a capacity exponent be above 1",
    scope=("SGD on kernel regression; for Adam a prior for the shape, no more.",),
)
