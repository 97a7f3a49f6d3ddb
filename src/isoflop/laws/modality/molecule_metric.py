"""Metric of graph networks on molecules: a straight line in the log of one axis."""

from __future__ import annotations

from isoflop.laws.algebra import log
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def metric(x: Operand, a: Operand, b: Operand) -> Operand:
    return a + b * log(x)


LAW = Law(
    name="molecule_metric",
    entry="X106",
    about="Depth, width, molecules, labels or diversity: one axis at a time, log-linear.",
    target="score/molecule",
    inputs=("x",),
    formula=metric,
    source="gnn2024",
    scale="level",
    axes=(
        Axis(
            "x",
            "x",
            "as in the table",
            "parameters, molecules or labels, named with --axis x=COLUMN",
            1e4,
            1e10,
        ),
    ),
    parameters=(
        Parameter("a", "unit of target", -1e3, 1e3, "value at one unit of x"),
        Parameter("b", "unit of target", 0.0, 1e3, "gain for each factor e"),
    ),
    claims=(Claim("increases", in_="x"),),
    scope=(
        "Metrics that rise with quality; turn an error round before fitting.",
        "One axis at a time, the others not limiting; a bounded score must level off.",
    ),
)
