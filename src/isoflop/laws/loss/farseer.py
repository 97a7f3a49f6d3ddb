"""Loss whose data exponent itself changes with the size of the model."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import exp, named, power
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.piecewise_start import per_size, stretched
from isoflop.laws.traced import Operand

FEWEST_SIZES = 3  # that tell the three numbers of a stretched exponential


def loss(
    N: Operand,
    D: Operand,
    a1: Operand,
    alpha: Operand,
    b1: Operand,
    a2: Operand,
    beta: Operand,
    b2: Operand,
    a3: Operand,
    gamma: Operand,
    b3: Operand,
) -> Operand:
    floor = named("E_N", exp(a3 * power(N, gamma) + b3))
    price = named("B_N", exp(a2 * power(N, beta) + b2))
    exponent = named("beta_N", exp(a1 * power(N, alpha) + b1))
    return floor + price * power(D, -exponent)


def guess(inputs: Mapping[str, FloatArray], target: FloatArray) -> dict[str, float]:
    sizes = per_size(inputs["N"], inputs["D"], target)
    if len(sizes) < FEWEST_SIZES:
        return dict(LAW.published[0].values)
    N, floor, price, exponent = sizes.T
    a1, alpha, b1 = stretched(N, exponent)
    a2, beta, b2 = stretched(N, price)
    a3, gamma, b3 = stretched(N, floor)
    first = {"a1": a1, "alpha": alpha, "b1": b1, "a2": a2, "beta": beta, "b2": b2}
    guessed = first | {"a3": a3, "gamma": gamma, "b3": b3}
    return {p.name: min(max(guessed[p.name], p.low), p.high) for p in LAW.parameters}


LAW = Law(
    name="farseer",
    entry="L19",
    about="Floor, price and exponent of data are each a stretched exponential of model size.",
    target="loss",
    inputs=("N", "D"),
    formula=loss,
    guess=guess,
    source="farseer2025",
    parameters=(
        Parameter("a1", "1", -100.0, 100.0, "how the data exponent changes with size"),
        Parameter("alpha", "1", -1.0, 1.0, "stretch of the data exponent"),
        Parameter("b1", "1", -20.0, 20.0, "level of the data exponent, in logs"),
        Parameter("a2", "1", -1000.0, 1000.0, "how the price of few tokens changes with size"),
        Parameter("beta", "1", -1.0, 1.0, "stretch of the price"),
        Parameter("b2", "1", -50.0, 50.0, "level of the price, in logs"),
        Parameter("a3", "1", -100.0, 100.0, "how the floor of infinite data changes with size"),
        Parameter("gamma", "1", -1.0, 1.0, "stretch of the floor"),
        Parameter("b3", "1", -20.0, 20.0, "level of the floor, in logs"),
    ),
    claims=(Claim("decreases", in_="D"),),
    published=(
        Published(
            source="farseer2025",
            where="fitted law of the main text, arXiv 2506.10972",
            values={
                "a1": -0.124,
                "alpha": 0.123,
                "b1": 0.424,
                "a2": 88.01,
                "beta": -0.1,
                "b2": -6.287,
                "a3": -0.021,
                "gamma": 0.169,
                "b3": -0.091,
            },
            counts="non_embedding",
            unit="per character or byte, not stated",
            valid={"N": (2.01e8, 2.51e10)},
            reported=(
                Reported({"N": 1e9, "D": 1e11}, {"loss": 0.498568}, 2e-6),
                Reported({"N": 7e9, "D": 1e12}, {"loss": 0.407911}, 2e-6),
                Reported({"N": 25.1e9, "D": 4e11}, {"loss": 0.394451}, 2e-6),
            ),
            note="The values imply a loss per character or byte, not nat/token.",
        ),
    ),
    scope=(
        "Nine parameters: needs at least 4 sizes x 5 token horizons.",
        "No closed-form optimum; the optimal D/N grows with compute.",
        "Published coefficients are not in nat/token and N excludes embeddings.",
    ),
)
