"""When to stack: tokens to give the small model before it is grown in depth."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule

GROWTH_FACTOR = 4  # gstack2024: copies of the small model's layers; 2 to 4 are close


def tokens(N: FloatArray, C: FloatArray) -> FloatArray:
    return np.asarray(10.0 ** (0.88 * np.log10(N) + 163.27 / np.log10(C) - 5.74))


RULE = Rule(
    name="gstack_tokens",
    entry="X52",
    about="Tokens before stacking a small model four times, for a target size and budget.",
    inputs=(
        Axis("N", "params", "parameters", "size of the grown model", 1e8, 1e11),
        Axis("C", "flops", "FLOP", "training compute of the grown model", 1e19, 1e25),
    ),
    outputs=(Axis("d", "tokens", "tokens", "tokens before stacking", 1e8, 1e12),),
    formula=tokens,
    source="gstack2024",
    where="guideline of arXiv 2405.15319, recalled; gives the value quoted there for 8B and 15T",
    reported=(
        Reported({"N": 8e9, "C": 7.2e23}, {"d": 6.58e9}, 1e-3),
        Reported({"N": 7e9, "C": 1.26e22}, {"d": 2.05e10}, 2e-3),
    ),
    example=True,
    scope=(
        "The optimum is flat: a factor 3 in either direction costs little; look at both.",
        "The source's own 7B run for 300B tokens used 10B, not the 20.5B of the rule.",
        "Fitted below 1e21 FLOP.",
    ),
)
