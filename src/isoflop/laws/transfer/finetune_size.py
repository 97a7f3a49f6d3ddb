"""Metric after fine-tuning against model size, from models of ten thousand parameters up."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def metric(N: Operand, E: Operand, A: Operand, alpha: Operand) -> Operand:
    return E + A * power(N, -alpha)


LAW = Law(
    name="finetune_size",
    entry="X74",
    about="Fine-tuned loss or error of one task against model size.",
    target="loss",
    inputs=("N",),
    formula=metric,
    source="ivgi2022",
    axes=(Axis("N", "params", "parameters", "model size", 1e4, 1e10),),
    parameters=(
        Parameter("E", "unit of target", 0.0, 10.0, "floor; --fix E=0 for the line in logs"),
        Parameter("A", "unit of target", 1e-3, 1e9, "height at one parameter"),
        Parameter("alpha", "1", 0.005, 2.0, "return on size"),
    ),
    claims=(Claim("decreases", in_="N"),),
    scope=(
        "Mean over five seeds or more a size; see fit.size_trend for whether a task has a law.",
        "Tuning and repeated runs cost part of what small models save.",
    ),
)
