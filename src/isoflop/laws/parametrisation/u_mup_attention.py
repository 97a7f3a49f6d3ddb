"""u-muP's attention: factor of the scores, and the modelled scale of the output."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def factors(
    d_head: FloatArray, seq_len: FloatArray, mult: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    a = 1.0 / (1.0 + 4.0 * d_head / mult**2)
    causal = np.sqrt(np.log(seq_len) / seq_len) ** (1.0 - a)
    return mult / d_head, 1.0 / causal, seq_len ** (0.5 * (1.0 - a))


def forbidden(at: Mapping[str, FloatArray]) -> str | None:
    return "needs a context above one token" if (at["seq_len"] <= 1.0).any() else None


RULE = Rule(
    name="u_mup_attention",
    entry="P04",
    about="An average over the context shrinks towards sqrt(ln s/s); the output is divided by it.",
    inputs=(
        Axis("d_head", "d_head", "1", "width of a head", 16.0, 256.0),
        Axis("seq_len", "seq_len", "tokens", "context", 16.0, 131072.0),
        Axis("mult", "mult", "1", "attention softmax multiplier", 0.1, 10.0, default=1.0),
    ),
    outputs=(
        Axis("scores", "multiplier", "1", "factor of the scores", 1e-4, 1.0),
        Axis("output", "multiplier", "1", "factor of the output under a causal mask", 1.0, 1e3),
        Axis("output_unmasked", "multiplier", "1", "factor of the output without a mask", 1.0, 1e3),
    ),
    formula=factors,
    refuse=forbidden,
    source="umup2024",
    where="arXiv 2407.17465, the official package",
    reported=(
        # mult^2 = 4*d_head: a = 1/2, and without a mask the factor is s^(1/4).
        Reported(
            {"d_head": 64.0, "seq_len": 4096.0, "mult": 16.0},
            {"scores": 0.25, "output_unmasked": 8.0},
            1e-12,
        ),
    ),
    scope=("Independent, unit-scale queries, keys and values: true at the start of training.",),
)
