"""Negative log-likelihood of time-series models on one axis."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(x: Operand, x_c: Operand, alpha: Operand) -> Operand:
    return power(x_c / x, alpha)


LAW = Law(
    name="time_series_power",
    entry="X105",
    about="Power law without floor in parameters, compute or data; in or out of distribution.",
    target="loss",
    inputs=("x",),
    formula=loss,
    source="tsfm2024",
    parameters=(
        Parameter("x_c", "unit of x", 1e-6, 1e30, "where the loss would be one"),
        Parameter("alpha", "1", 0.01, 2.0, "return on this axis"),
    ),
    claims=(Claim("decreases", in_="x"), Claim("tends to")),
    scope=(
        "Fit in-distribution and out-of-distribution losses apart and compare the slopes: "
        "architecture tricks may help the one and lower the other.",
        "The loss must be positive: a log-likelihood of densities need not be.",
    ),
)
