"""Estimator M3: a power law above a floor that flattens at large scale."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.guesses import falling_line
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def error(x: Operand, e_inf: Operand, b: Operand, g: Operand, c: Operand) -> Operand:
    return e_inf + b * power(1.0 / x + g, c)


def guess(inputs: Mapping[str, FloatArray], target: FloatArray) -> dict[str, float]:
    floor, scale, exponent = falling_line(inputs["x"], target)
    return {"e_inf": floor, "b": scale, "g": 0.01 / float(inputs["x"].max()), "c": exponent}


LAW = Law(
    name="m3",
    entry="L29",
    about="Power law in 1/x + g above a floor; g = 0 is m2.",
    target="loss",
    inputs=("x",),
    formula=error,
    guess=guess,
    source="alabdulmohsin2022",
    parameters=(
        Parameter("e_inf", "unit of target", 0.0, 10.0, "error that this axis cannot remove"),
        Parameter("b", "unit of target", 1e-9, 1e30, "error at x = 1 above the floor"),
        Parameter("g", "1/unit of x", 1e-36, 1.0, "where the returns stop; towards 0 never"),
        Parameter("c", "1", 0.01, 2.0, "return on this axis"),
    ),
    claims=(Claim("decreases", in_="x"),),
    scope=(
        "The limit is e_inf + b*g^c: e_inf and g are told apart only by a long curve.",
        "Judge it against m1, m2 and m4 by extrapolation, never by fit alone.",
    ),
)
