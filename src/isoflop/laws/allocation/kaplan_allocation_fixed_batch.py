"""Kaplan's optimal size when the batch is the same at every scale."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule
from isoflop.laws.units import PF_DAY


def split(C: FloatArray) -> tuple[FloatArray, FloatArray]:
    N = 1.6e9 * (C / PF_DAY) ** 0.88
    return N, C / (6.0 * N)


RULE = Rule(
    name="kaplan_allocation_fixed_batch",
    entry="L05",
    about="Size and tokens from compute at a batch of 2^19 tokens; a historical comparator.",
    inputs=(Axis("C", "flops", "FLOP", "training compute, 6ND without embeddings", 1e15, 1e25),),
    outputs=(
        Axis("N", "params", "parameters", "optimal size without embeddings", 1e3, 1e15),
        Axis("D", "tokens", "tokens", "tokens, C/(6N)", 1e7, 1e14),
    ),
    formula=split,
    source="kaplan2020",
    where="unadjusted N*(C), arXiv 2001.08361, read in a digest",
    reported=(Reported({"C": PF_DAY}, {"N": 1.6e9, "D": 9e9}, 1e-12),),
    scope=("N* ~ C^0.88 is contradicted by every later study (about 0.5); not for planning.",),
)
