"""Relative quality of a recommender against compute an example: a power with an offset."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def quality(x: Operand, a: Operand, b: Operand, c: Operand) -> Operand:
    return a + b * power(x, c)


LAW = Law(
    name="recommender_quality",
    entry="X107",
    about="Relative improvement of log-loss against GFLOP an example, as printed for Wukong.",
    target="relative_quality",
    inputs=("x",),
    formula=quality,
    source="wukong2024",
    scale="level",
    axes=(Axis("x", "gflop_per_example", "GFLOP", "compute an example", 0.1, 1e3),),
    parameters=(
        Parameter("a", "percent", -1e3, 1e3, "offset"),
        Parameter("b", "percent", 1e-3, 1e3, "gain at one GFLOP"),
        Parameter("c", "1", 1e-4, 1.0, "exponent; tiny, so nearly a line in the log"),
    ),
    claims=(Claim("increases", in_="x"),),
    scope=(
        "With a tiny exponent only b*c is determined: a + b + b*c*ln(x); prefer a line in ln x.",
        "Embedding parameters are not the compute axis; constants are recalled, none ships.",
    ),
)
