"""Hit rate of a generative recommender: a straight line in the log of compute."""

from __future__ import annotations

from isoflop.laws.algebra import log
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def metric(C: Operand, a: Operand, b: Operand) -> Operand:
    return a + b * log(C)


LAW = Law(
    name="recommender_hit_rate",
    entry="X107",
    about="Hit rate against training compute, linear in ln C over about three decades.",
    target="score/hit_rate",
    inputs=("C",),
    formula=metric,
    source="hstu2024",
    scale="level",
    axes=(Axis("C", "flops", "FLOP", "training compute", 1e15, 1e22),),
    parameters=(
        Parameter("a", "unit of target", -1e3, 1e3, "value at one unit of C"),
        Parameter("b", "unit of target", 0.0, 1.0, "gain for each factor e"),
    ),
    claims=(Claim("increases", in_="C"),),
    scope=(
        "Embedding parameters are not the compute axis.",
        "A rate is bounded, the line is not; constants are recalled, none ships.",
    ),
)
