"""How far the general loss rises above its start, and then falls again, at one share."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Law, Parameter
from isoflop.laws.traced import Operand


def change(
    T: Operand, a_2: Operand, s_2: Operand, a_3: Operand, s_3: Operand, b: Operand
) -> Operand:
    return a_2 * power(T, s_2) + a_3 * power(T, s_3) + b


LAW = Law(
    name="cmr_general_change",
    entry="X15",
    about="General loss less its value at the start: a_2*T^s_2 + a_3*T^s_3 + b, at one share.",
    target="loss_change_general",
    inputs=("T",),
    formula=change,
    source="cmr2024",
    scale="level",
    axes=(Axis("T", "length", "0.2B tokens", "tokens of continued training", 1.0, 300.0),),
    parameters=(
        Parameter("a_2", "nat/token", -1e3, 1e3, "weight of the slower power"),
        Parameter("s_2", "1", -1.0, 1.0, "its exponent"),
        Parameter("a_3", "nat/token", -1e3, 1e3, "weight of the faster power"),
        Parameter("s_3", "1", -3.0, -1e-3, "its exponent"),
        Parameter("b", "nat/token", -1e3, 1e3, "offset"),
    ),
    scope=(
        "One share and one size; predicts inside one budget.",
        "The exponents' ranges are an assumption that tells the two powers apart.",
    ),
)
