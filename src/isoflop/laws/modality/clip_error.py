"""Error of contrastive image-text models against training compute, without a floor."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def error(C: Operand, b: Operand, alpha: Operand) -> Operand:
    return b * power(C, -alpha)


LAW = Law(
    name="clip_error",
    entry="X100",
    about="Zero-shot or retrieval error on the frontier of model size and samples seen.",
    target="error",
    inputs=("C",),
    formula=error,
    source="clip-laws2022",
    axes=(Axis("C", "gmacs", "GMAC", "total training compute", 1e6, 1e12),),
    parameters=(
        Parameter("b", "1", 1e-6, 1e6, "error at one GMAC"),
        Parameter("alpha", "1", 0.001, 1.0, "return on compute; printed negative"),
    ),
    claims=(Claim("decreases", in_="C"),),
    scope=(
        "Frontier points only: see fit.frontier_points.",
        "No floor; too few samples seen are a bottleneck that looks like one.",
        "Compare only models of like data: the data decides which task scales better.",
        "Exponents are recalled, none ships.",
    ),
)
