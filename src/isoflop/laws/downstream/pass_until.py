"""Chance to pass a task against model size: a Gumbel-like curve that never is exactly zero."""

from __future__ import annotations

from isoflop.laws.algebra import exp, power
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def passed(N: Operand, c: Operand, alpha: Operand) -> Operand:
    return exp(-c * power(N, -alpha))


LAW = Law(
    name="pass_until",
    entry="X82",
    about="Pass probability, sampled until it passes; ln(-ln p) is a straight line in ln N.",
    target="score/pass",
    inputs=("N",),
    formula=passed,
    source="hu2023",
    parameters=(
        Parameter("c", "1", 1e-3, 1e12, "failures in the exponent at one parameter"),
        Parameter("alpha", "1", 0.01, 2.0, "return on size"),
    ),
    claims=(Claim("increases", in_="N"),),
    scope=(
        "Pass rates from sampling until r passes, at one temperature, all censored items counted.",
        "The grader must have no false passes at rates near 1e-4.",
        "Fit item by item and average the forecasts where items differ much.",
        "The task law is recalled, the idea confirmed; no numbers ship.",
    ),
)
