"""A power law with one smooth break: the slope changes once along the axis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import bend, power
from isoflop.laws.guesses import falling_line
from isoflop.laws.law import Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    x: Operand, a: Operand, b: Operand, c0: Operand, c1: Operand, d1: Operand, f1: Operand
) -> Operand:
    return a + b * power(x, -c0) * bend(x / d1, 1.0 / f1, -c1 * f1)


def guess(inputs: Mapping[str, FloatArray], target: FloatArray) -> dict[str, float]:
    floor, scale, exponent = falling_line(inputs["x"], target)
    middle = float(np.exp(np.log(inputs["x"]).mean()))
    return {"a": floor, "b": scale, "c0": exponent, "c1": 0.0, "d1": middle, "f1": 0.3}


LAW = Law(
    name="bnsl",
    entry="L28",
    about="Broken power law with one break; the slope is -c0 before d1 and -(c0 + c1) after.",
    target="loss",
    inputs=("x",),
    formula=loss,
    guess=guess,
    source="caballero2022",
    parameters=(
        Parameter("a", "unit of target", 0.0, 10.0, "limit, where the last slope falls"),
        Parameter("b", "unit of target", 1e-9, 1e30, "height of the first segment at x = 1"),
        Parameter("c0", "1", 0.0, 3.0, "first slope, downwards"),
        Parameter("c1", "1", -3.0, 3.0, "change of slope; negative bends upwards"),
        Parameter("d1", "unit of x", 1e-6, 1e30, "where the slope changes"),
        Parameter("f1", "1", 0.01, 100.0, "breadth of the change; small is sharp"),
    ),
    scope=(
        "A break beyond the largest x cannot be seen: no evidence there.",
        "Recovers a break only with about 4 points beyond it.",
        "For explaining a curve and for testing hestness, less for forecasting.",
    ),
)
