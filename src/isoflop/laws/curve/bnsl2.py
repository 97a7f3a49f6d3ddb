"""A power law with two smooth breaks: rise and fall, double descent."""

from __future__ import annotations

from isoflop.laws.algebra import bend, power
from isoflop.laws.law import Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    x: Operand,
    a: Operand,
    b: Operand,
    c0: Operand,
    c1: Operand,
    d1: Operand,
    f1: Operand,
    c2: Operand,
    r2: Operand,
    f2: Operand,
) -> Operand:
    first = bend(x / d1, 1.0 / f1, -c1 * f1)
    second = bend(x / (d1 * r2), 1.0 / f2, -c2 * f2)
    return a + b * power(x, -c0) * first * second


LAW = Law(
    name="bnsl2",
    entry="L28",
    about="Broken power law with two breaks, the second at r2 times the first.",
    target="loss",
    inputs=("x",),
    formula=loss,
    source="caballero2022",
    parameters=(
        Parameter("a", "unit of target", 0.0, 10.0, "limit, where the last slope falls"),
        Parameter("b", "unit of target", 1e-9, 1e30, "height of the first segment at x = 1"),
        Parameter("c0", "1", 0.0, 3.0, "first slope, downwards"),
        Parameter("c1", "1", -3.0, 3.0, "change of slope at the first break"),
        Parameter("d1", "unit of x", 1e-6, 1e30, "where the slope first changes"),
        Parameter("f1", "1", 0.01, 100.0, "breadth of the first change; small is sharp"),
        Parameter("c2", "1", -3.0, 3.0, "change of slope at the second break"),
        Parameter("r2", "1", 1.0, 1e6, "second break, as a multiple of the first"),
        Parameter("f2", "1", 0.01, 100.0, "breadth of the second change"),
    ),
    scope=(
        "Only with points beyond both breaks; otherwise use bnsl.",
        "Nine parameters on one axis: for double descent, not for forecasting.",
    ),
)
