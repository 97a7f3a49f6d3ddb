"""Error against the size of the training set: a power law above a floor."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.guesses import falling_line
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(x: Operand, alpha: Operand, beta_g: Operand, gamma: Operand) -> Operand:
    return alpha * power(x, beta_g) + gamma


def guess(inputs: Mapping[str, FloatArray], target: FloatArray) -> dict[str, float]:
    floor, scale, exponent = falling_line(inputs["x"], target)
    return {"alpha": scale, "beta_g": -exponent, "gamma": floor}


LAW = Law(
    name="hestness",
    entry="L01",
    about="Learning curve in training-set size, best model size at each; the form of m2.",
    target="loss",
    inputs=("x",),
    formula=loss,
    guess=guess,
    source="hestness2017",
    parameters=(
        Parameter("alpha", "unit of target", 1e-9, 1e30, "error at one sample, extrapolated"),
        Parameter("beta_g", "1", -1.0, -0.01, "slope of the learning curve in logs"),
        Parameter("gamma", "unit of target", 0.0, 10.0, "irreducible error"),
    ),
    claims=(Claim("decreases", in_="x"), Claim("tends to", "gamma")),
    scope=(
        "The power-law region only: drop the plateau of best guesses at few samples.",
        "The best of several model sizes at each data size.",
        "Metrics differ per domain; architecture moves alpha, hardly beta_g.",
        "Exponents between -0.35 and -0.07 are reported; per-domain values are not verified.",
    ),
)
