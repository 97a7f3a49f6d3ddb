"""Double the batch as soon as the critical batch is twice as large."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def doubled(B: FloatArray, B_crit: FloatArray, lr: FloatArray) -> tuple[FloatArray, FloatArray]:
    ready = B_crit > 2.0 * B
    return np.where(ready, 2.0 * B, B), np.where(ready, np.sqrt(2.0) * lr, lr)


RULE = Rule(
    name="batch_warmup",
    entry="B07",
    about="Batch warm-up of branched training: one doubling at a time, rate times sqrt(2).",
    inputs=(
        Axis("B", "batch_tokens", "tokens", "batch now", 1e4, 1e8),
        Axis("B_crit", "B_crit", "tokens", "local critical batch now", 1e4, 1e8),
        Axis("lr", "lr", "1", "learning rate now", 1e-5, 1e-1, default=1.0),
    ),
    outputs=(
        Axis("B_new", "batch_tokens", "tokens", "batch to go on with", 1e4, 2e8),
        Axis("lr_new", "lr", "1", "learning rate to go on with", 1e-5, 1.0),
    ),
    formula=doubled,
    source="merrill2025",
    where="arXiv 2505.23971, a detailed digest",
    reported=(
        Reported({"B": 1024.0, "B_crit": 2100.0}, {"B_new": 2048.0, "lr_new": 2**0.5}, 1e-12),
        Reported({"B": 1024.0, "B_crit": 2000.0}, {"B_new": 1024.0, "lr_new": 1.0}, 1e-12),
    ),
    scope=(
        "B_crit must come from branches of the run itself (isoflop.fit.branched), not from the "
        "gradient noise scale, which is too small by orders of magnitude under Adam.",
        "For SGD double the rate instead.",
    ),
)
