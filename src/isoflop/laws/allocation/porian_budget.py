"""Porian's split of compute into size and tokens, as printed."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def split(C: FloatArray) -> tuple[FloatArray, FloatArray]:
    return 0.119 * C**0.497, 1.40 * C**0.503


RULE = Rule(
    name="porian_budget",
    entry="L15",
    about="Size and tokens from compute C = 6ND, about 12 to 16 tokens a parameter at any compute.",
    inputs=(Axis("C", "flops", "FLOP", "training compute, head counted", 1e15, 1e26),),
    outputs=(
        Axis("N", "params", "parameters", "size, one vocabulary matrix counted", 1e5, 1e13),
        Axis("D", "tokens", "tokens", "tokens", 1e6, 1e14),
    ),
    formula=split,
    source="porian2024",
    where="final law on RefinedWeb, arXiv 2406.19146",
    reported=(Reported({"C": 1.0}, {"N": 0.119, "D": 1.40}, 1e-12),),
    scope=(
        "Budgets of 1.25e16 to 2.56e19 FLOP: a larger one is extrapolated.",
        "A corpus of another quality moves the exponent: 0.518 on OpenWebText2.",
    ),
)
