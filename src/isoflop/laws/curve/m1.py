"""Estimator M1: a pure power law on one axis."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.guesses import falling_line
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def error(x: Operand, b: Operand, c: Operand) -> Operand:
    return b * power(x, -c)


def guess(inputs: Mapping[str, FloatArray], target: FloatArray) -> dict[str, float]:
    _, scale, exponent = falling_line(inputs["x"], target)
    return {"b": scale, "c": exponent}


LAW = Law(
    name="m1",
    entry="L29",
    about="Pure power law on one axis; kaplan_params, kaplan_data, kaplan_compute share the form.",
    target="loss",
    inputs=("x",),
    formula=error,
    guess=guess,
    source="alabdulmohsin2022",
    parameters=(
        Parameter("b", "unit of target", 1e-9, 1e30, "error at x = 1, extrapolated"),
        Parameter("c", "1", 0.01, 2.0, "return on this axis"),
    ),
    claims=(Claim("decreases", in_="x"), Claim("tends to")),
    scope=(
        "No floor: promises too much beyond the data.",
        "Judge it against m2, m3 and m4 by extrapolation, never by fit alone.",
    ),
)
