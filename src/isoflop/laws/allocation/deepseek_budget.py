"""DeepSeek's split of compute into model scale and tokens, as printed."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def split(C: FloatArray) -> tuple[FloatArray, FloatArray]:
    return 0.1715 * C**0.5243, 5.8316 * C**0.4757


RULE = Rule(
    name="deepseek_budget",
    entry="L21",
    about="Model scale in FLOP a token, and tokens, from compute C = M*D.",
    inputs=(Axis("C", "flops", "FLOP", "compute without embeddings and head", 1e15, 1e27),),
    outputs=(
        Axis("flops_per_token", "flops_per_token", "FLOP/token", "best scale", 1e6, 1e14),
        Axis("D", "tokens", "tokens", "tokens", 1e6, 1e14),
    ),
    formula=split,
    source="deepseek2024",
    where="M_opt and D_opt, arXiv 2401.02954",
    reported=(
        Reported({"C": 1e20}, {"flops_per_token": 5.2513e9, "D": 1.9045e10}, 3e-5),
        Reported({"C": 4.5e23}, {"flops_per_token": 4.3216e11, "D": 1.04141e12}, 2e-5),
    ),
    scope=(
        "For the source's data and tokenizer: better data move compute from tokens to size.",
        "To parameters for a given shape: rule deepseek_size.",
    ),
)
