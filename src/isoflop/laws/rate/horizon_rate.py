"""Learning rate of a longer run from a shorter one at the same size and batch."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule

EXPONENT = 0.32  # bjorck2024, sizes from 760M


def rates(D: FloatArray, D_new: FloatArray, lr: FloatArray) -> FloatArray:
    return lr * (D / D_new) ** EXPONENT


RULE = Rule(
    name="horizon_rate",
    entry="B15",
    about="Costs nothing: the best rate at one horizon gives that at another.",
    inputs=(
        Axis("D", "tokens", "tokens", "tokens of the tuned run", 1e8, 1e12),
        Axis("D_new", "tokens", "tokens", "tokens of the new run", 1e8, 1e12),
        Axis("lr", "lr", "1", "best peak learning rate of the tuned run", 1e-5, 1e-1, default=1.0),
    ),
    outputs=(Axis("lr_new", "lr", "1", "peak learning rate of the new run", 1e-6, 1.0),),
    formula=rates,
    source="bjorck2024",
    where="arXiv 2409.19913: eta(D2) = eta(D1) (D1/D2)^0.32",
    reported=(Reported({"D": 1e11, "D_new": 1e12}, {"lr_new": 0.47863}, 1e-5),),
    scope=(
        "Same size, same batch (0.5M tokens in the source).",
        "Below 760M the fall is steeper: 0.70 at 50M, 0.38 at 350M.",
    ),
)
