"""Share of problems that at least one of k samples solves."""

from __future__ import annotations

from isoflop.laws.algebra import exp, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def solved(k: Operand, a: Operand, b: Operand) -> Operand:
    return exp(-a * power(k, -b))


LAW = Law(
    name="coverage",
    entry="X88",
    about="Coverage against samples: ln(coverage) is a power law in k.",
    target="score/coverage",
    inputs=("k",),
    formula=solved,
    source="brown2024",
    axes=(Axis("k", "samples", "1", "samples a problem", 1.0, 1e4),),
    parameters=(
        Parameter("a", "1", 1e-4, 1e3, "minus ln(coverage) with one sample; printed negative"),
        Parameter("b", "1", 0.001, 3.0, "return on samples; printed negative"),
    ),
    claims=(Claim("increases", in_="k"),),
    scope=(
        "Only with a verifier that is exact: with votes or a fallible one it levels off after a "
        "few hundred samples.",
        "Unbiased pass@k (fit.pass_at_k) as the target, never the share solved in one draw of k.",
        "Tends to full coverage, which problems that are never solved forbid.",
    ),
)
