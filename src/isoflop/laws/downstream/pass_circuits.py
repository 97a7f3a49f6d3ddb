"""Chance to pass a task when either of two ways of solving it is enough."""

from __future__ import annotations

from isoflop.laws.algebra import exp, power
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def passed(N: Operand, c1: Operand, alpha1: Operand, c2: Operand, alpha2: Operand) -> Operand:
    first = exp(-c1 * power(N, -alpha1))
    second = exp(-c2 * power(N, -alpha2))
    return first + second - first * second


LAW = Law(
    name="pass_circuits",
    entry="X82",
    about="Pass probability from two circuits: growth faster than one pass_until law allows.",
    target="score/pass",
    inputs=("N",),
    formula=passed,
    source="hu2023",
    parameters=(
        Parameter("c1", "1", 1e-3, 1e12, "failures in the exponent, first circuit"),
        Parameter("alpha1", "1", 0.01, 2.0, "return on size, first circuit"),
        Parameter("c2", "1", 1e-3, 1e12, "failures in the exponent, second circuit"),
        Parameter("alpha2", "1", 0.01, 2.0, "return on size, second circuit"),
    ),
    claims=(Claim("increases", in_="N"),),
    scope=(
        "Only where ln(-ln p) is concave in ln N beyond its doubt; else pass_until.",
        "The circuits may swap: read them by size, not by name.",
        "Recalled; no numbers ship.",
    ),
)
