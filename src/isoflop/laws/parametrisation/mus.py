"""muS: unit scaling simplified for FP8. Recalled, not verified."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis
from isoflop.laws.rule import Rule


def multipliers(fan_in: FloatArray, m: FloatArray) -> tuple[FloatArray, ...]:
    one = np.ones_like(fan_in * m)
    return one, fan_in**-0.5, one, 1.0 / fan_in, m**-0.5, one


RULE = Rule(
    name="mus",
    entry="P05",
    about="One static factor for both passes of a hidden matrix; rates fall with sqrt(width).",
    inputs=(
        Axis("fan_in", "fan_in", "1", "inputs of the matrix", 16.0, 65536.0),
        Axis("m", "m", "1", "width over base width", 0.1, 100.0),
    ),
    outputs=(
        Axis("sd", "sd", "1", "every weight: initial sd", 1.0, 1.0),
        Axis("hidden", "multiplier", "1", "hidden: factor forward and backward", 1e-3, 1.0),
        Axis("embedding", "multiplier", "1", "embedding: factor", 1.0, 1.0),
        Axis("head", "multiplier", "1", "head: factor", 1e-5, 1.0),
        Axis("hidden_lr", "lr", "1", "hidden: rate over that of the base", 0.1, 10.0),
        Axis("other_lr", "lr", "1", "embedding and norms: rate over that of the base", 1.0, 1.0),
    ),
    formula=multipliers,
    example=True,
    source="mus2025",
    where="arXiv 2502.05967; recalled, no number checked",
    scope=(
        "Not verified: never a default.",
        "Residual branches normalised after, with fixed weights; weight decay independent of rate.",
        "A rate exponent of 1/2 in width where muP has 1: weights of unit variance, not another "
        "optimum (see abc_shift).",
    ),
)
