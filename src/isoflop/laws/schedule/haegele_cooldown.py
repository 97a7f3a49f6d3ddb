"""Shapes of the learning rate over a cooldown: 1 - sqrt, and the two it is compared with."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def factors(f: FloatArray) -> tuple[FloatArray, ...]:
    part = np.minimum(f, 1.0)
    return 1.0 - np.sqrt(part), 1.0 - part, 0.5 * (1.0 + np.cos(np.pi * part))


RULE = Rule(
    name="haegele_cooldown",
    entry="S01",
    about="Learning rate over its peak, part-way through the cooldown of a constant rate.",
    inputs=(Axis("f", "f", "1", "share of the cooldown that is over", 0.0, 1.0, zero=True),),
    outputs=(
        Axis("one_minus_sqrt", "factor", "1", "factor of the peak, 1 - sqrt(f)", 0.0, 1.0, True),
        Axis("linear", "factor", "1", "factor of the peak on a line", 0.0, 1.0, True),
        Axis("cosine", "factor", "1", "factor of the peak on half a cosine", 0.0, 1.0, True),
    ),
    formula=factors,
    source="haegele2024",
    where="arXiv 2405.18392; the exact shape is recalled, the comparison known from a digest",
    reported=tuple(
        Reported({"f": f}, {"one_minus_sqrt": root, "linear": 1.0 - f, "cosine": cosine}, 5e-6)
        for f, root, cosine in (
            (0.25, 0.5, 0.853553),
            (0.5, 0.292893, 0.5),
            (0.75, 0.133975, 0.146447),
        )
    ),
    scope=(
        "The peak that is best for a constant rate is about half that of a tuned cosine.",
        "Branches of one trajectory are correlated: resample them together.",
    ),
)
