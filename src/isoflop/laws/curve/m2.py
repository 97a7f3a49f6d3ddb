"""Estimator M2: a power law above a floor on one axis."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.guesses import falling_line
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def error(x: Operand, e_inf: Operand, b: Operand, c: Operand) -> Operand:
    return e_inf + b * power(x, -c)


def guess(inputs: Mapping[str, FloatArray], target: FloatArray) -> dict[str, float]:
    floor, scale, exponent = falling_line(inputs["x"], target)
    return {"e_inf": floor, "b": scale, "c": exponent}


LAW = Law(
    name="m2",
    entry="L29",
    about="Power law above a floor on one axis; hestness and henighan are the same curve.",
    target="loss",
    inputs=("x",),
    formula=error,
    guess=guess,
    source="alabdulmohsin2022",
    parameters=(
        Parameter("e_inf", "unit of target", 0.0, 10.0, "error that this axis cannot remove"),
        Parameter("b", "unit of target", 1e-9, 1e30, "error at x = 1 above the floor"),
        Parameter("c", "1", 0.01, 2.0, "return on this axis"),
    ),
    claims=(Claim("decreases", in_="x"), Claim("tends to", "e_inf")),
    scope=(
        "One axis, the others not limiting; no saturation at few samples.",
        "Judge it against m1, m3 and m4 by extrapolation, never by fit alone.",
    ),
)
