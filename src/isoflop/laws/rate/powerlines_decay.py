"""Weight decay of AdamW that gives the best time-scale at a learning rate and batch."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule

SCALE, EXPONENT = 1.084, 0.527  # bergsma2025, the law powerlines_tau


def decay(N: FloatArray, D: FloatArray, B: FloatArray, lr: FloatArray) -> tuple[FloatArray, ...]:
    tau = SCALE * (D / N) ** -EXPONENT
    return B / (tau * lr * D), tau


RULE = Rule(
    name="powerlines_decay",
    entry="B10",
    about="Proportional to the batch at fixed size and tokens.",
    inputs=(
        Axis("N", "params", "parameters", "model size", 1e6, 1e12),
        Axis("D", "tokens", "tokens", "training tokens", 1e8, 1e13),
        Axis("B", "batch_tokens", "tokens", "batch size", 1e3, 1e8),
        Axis("lr", "lr", "1", "peak learning rate", 1e-5, 1e-1),
    ),
    outputs=(
        Axis("weight_decay", "weight_decay", "1", "decoupled weight decay", 1e-4, 10.0),
        Axis("tau", "tau", "1", "AdamW time-scale, share of the run", 1e-3, 10.0),
    ),
    formula=decay,
    source="bergsma2025",
    where="arXiv 2505.13738: B TPP^0.527 / (1.084 lr D)",
    reported=(
        Reported({"N": 1e9, "D": 2e10, "B": 1e6, "lr": 1e-3}, {"tau": 0.22356}, 3e-5),
        Reported({"N": 1e9, "D": 2e11, "B": 1e6, "lr": 1e-3}, {"tau": 0.06643}, 1e-4),
    ),
    scope=(
        "lr is the peak of a linear decay to zero; muP; another schedule changes the constant.",
        "Choose learning rate and batch first.",
    ),
)
