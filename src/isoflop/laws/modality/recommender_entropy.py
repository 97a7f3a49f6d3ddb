"""Normalised entropy of a generative recommender: a falling line in the log of compute."""

from __future__ import annotations

from isoflop.laws.algebra import log
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def metric(C: Operand, a: Operand, b: Operand) -> Operand:
    return a + b * log(C)


LAW = Law(
    name="recommender_entropy",
    entry="X107",
    about="Normalised entropy against training compute, linear in ln C.",
    target="normalised_entropy",
    inputs=("C",),
    formula=metric,
    source="hstu2024",
    scale="level",
    axes=(Axis("C", "flops", "FLOP", "training compute", 1e15, 1e22),),
    parameters=(
        Parameter("a", "unit of target", -1e3, 1e3, "value at one unit of C"),
        Parameter("b", "unit of target", -1.0, 0.0, "gain for each factor e"),
    ),
    claims=(Claim("decreases", in_="C"),),
    scope=(
        "Embedding parameters are not the compute axis.",
        "The line has no floor; constants are recalled, none ships.",
    ),
)
