"""Kaplan's split of compute spent at a batch far below critical."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule
from isoflop.laws.units import PF_DAY


def split(C_min: FloatArray) -> tuple[FloatArray, ...]:
    days = C_min / PF_DAY
    return 1.3e9 * days**0.73, 2.0e6 * days**0.24, 5.4e3 * days**0.03, 2e10 * days**0.27


RULE = Rule(
    name="kaplan_allocation",
    entry="L05",
    about="Size, batch, steps and tokens from compute; a historical comparator.",
    inputs=(Axis("C_min", "flops", "FLOP", "compute at a batch far below critical", 1e15, 1e25),),
    outputs=(
        Axis("N", "params", "parameters", "optimal size without embeddings", 1e3, 1e15),
        Axis("B", "batch_tokens", "tokens", "critical batch", 1e4, 1e9),
        Axis("S_min", "steps_min", "steps", "fewest steps", 1e3, 1e5),
        Axis("D", "tokens", "tokens", "tokens", 1e7, 1e14),
    ),
    formula=split,
    source="kaplan2020",
    where="arXiv 2001.08361; exponents as printed, prefactors recalled and not checked",
    reported=(
        Reported({"C_min": PF_DAY}, {"N": 1.3e9, "B": 2.0e6, "S_min": 5.4e3, "D": 2e10}, 1e-12),
    ),
    example=True,
    scope=(
        "N* ~ C^0.73 is contradicted by every later study (about 0.5); not for planning.",
        "Its causes are accounting without embeddings, long warm-up and unmatched schedules.",
    ),
)
