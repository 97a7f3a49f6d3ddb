"""How far the loss on the domain falls below its start, at one share."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Law, Parameter
from isoflop.laws.traced import Operand


def change(T: Operand, a: Operand, s: Operand, b: Operand) -> Operand:
    return a * power(T, s) + b


LAW = Law(
    name="cmr_domain_change",
    entry="X15",
    about="Domain loss less its value at the start: a*T^s + b, at one share.",
    target="loss_change_domain",
    inputs=("T",),
    formula=change,
    source="cmr2024",
    scale="level",
    axes=(Axis("T", "length", "0.2B tokens", "tokens of continued training", 1.0, 300.0),),
    parameters=(
        Parameter("a", "nat/token", -1e3, 1e3, "weight of the power"),
        Parameter("s", "1", -3.0, 3.0, "exponent of the length"),
        Parameter("b", "nat/token", -1e3, 1e3, "offset"),
    ),
    scope=("One share and one size; predicts inside one budget.",),
)
