"""Adam's beta2 by batch: the second moment forgets half after the same number of tokens."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def kept(
    beta2: FloatArray, batch_tokens: FloatArray, batch_tokens_new: FloatArray
) -> tuple[FloatArray, FloatArray]:
    half_life = batch_tokens * np.log(0.5) / np.log(beta2)
    return beta2 ** (batch_tokens_new / batch_tokens), half_life


def forbidden(at: Mapping[str, FloatArray]) -> str | None:
    return "needs beta2 below 1" if (at["beta2"] >= 1.0).any() else None


RULE = Rule(
    name="beta2_half_life",
    entry="B20",
    about="beta2' = beta2^(B'/B), from batches of one sequence up.",
    inputs=(
        Axis("beta2", "beta2", "1", "old decay of the square", 0.9, 0.9999),
        Axis("batch_tokens", "batch_tokens", "tokens", "old batch", 1e4, 1e7),
        Axis("batch_tokens_new", "batch_tokens", "tokens", "new batch", 1e3, 1e7),
    ),
    outputs=(
        Axis("beta2_new", "beta2", "1", "new decay of the square", 0.0, 1.0),
        Axis("half_life", "half_life", "tokens", "tokens after which half is forgotten", 1e3, 1e12),
    ),
    formula=kept,
    refuse=forbidden,
    source="marek2025",
    where="arXiv 2507.07101; the rule from a digest, the claims from the abstract",
    reported=(
        Reported(
            {"beta2": 0.95, "batch_tokens": 512 * 1024.0, "batch_tokens_new": 1024.0},
            {"half_life": 7084917.0, "beta2_new": 0.99989982},
            1e-7,
        ),
    ),
    scope=(
        "beta1 may stay. The rate grows more weakly than sqrt(B): tune it again within a factor 3.",
        "A float32 beta2 above 1 - 6e-8 is 1: keep below 1 - 1e-8 in float64, less in float32.",
        "The source recommends the smallest batch that fills the hardware, and no accumulation.",
    ),
)
