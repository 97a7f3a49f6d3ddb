"""A power law in shifted compute above a floor."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.guesses import falling_line
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(x: Operand, A: Operand, B: Operand, alpha: Operand, E: Operand) -> Operand:
    return A * power(x + B, -alpha) + E


def guess(inputs: Mapping[str, FloatArray], target: FloatArray) -> dict[str, float]:
    floor, scale, exponent = falling_line(inputs["x"], target)
    return {"A": scale, "B": 0.1 * float(inputs["x"].min()), "alpha": exponent, "E": floor}


LAW = Law(
    name="shifted_power",
    entry="L32",
    about="Power law in x + B above a floor, for comparing recipes on their Pareto points.",
    target="loss",
    inputs=("x",),
    formula=loss,
    guess=guess,
    source="nezhurina2025",
    parameters=(
        Parameter("A", "unit of target", 1e-9, 1e30, "scale of the reducible loss"),
        Parameter("B", "unit of x", 1e-6, 1e30, "shift; below the data it plays no part"),
        Parameter("alpha", "1", 0.01, 2.0, "return on this axis"),
        Parameter("E", "unit of target", 0.0, 10.0, "loss that this axis cannot remove"),
    ),
    claims=(Claim("decreases", in_="x"), Claim("tends to", "E")),
    scope=(
        "Fit it to Pareto points (at least 6), not to every run.",
        "B and E trade off below 3 decades: report both restricted fits (B fixed low, E = 0).",
        "Repeated samples fall below the forecast.",
    ),
)
