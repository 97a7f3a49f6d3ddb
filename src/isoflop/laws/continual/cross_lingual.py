"""Loss of continued training in another language, on the floor and size term of scratch."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    D: Operand,
    E: Operand,
    A: Operand,
    alpha: Operand,
    B: Operand,
    beta: Operand,
    gamma: Operand,
) -> Operand:
    return E + A * power(N, -alpha) + B * power(D, -beta) * power(N, -gamma)


def optimum(values: Mapping[str, FloatArray], C: FloatArray, k: float) -> dict[str, FloatArray]:
    """From alpha*A*N^-alpha = (beta - gamma)*B*D^-beta*N^-gamma; NaN where beta <= gamma."""
    alpha, beta, gamma = (values[name] for name in ("alpha", "beta", "gamma"))
    net = np.where(beta > gamma, beta - gamma, np.nan)
    log_ratio = np.log(alpha * values["A"] / (net * values["B"])) + beta * np.log(C / k)
    N = np.exp(log_ratio / (alpha + net))
    return {"N": N, "D": C / (k * N)}


LAW = Law(
    name="cross_lingual",
    entry="X16",
    about="Continued from another language: larger models transfer more, B/(D^beta*N^gamma).",
    target="loss",
    inputs=("N", "D"),
    formula=loss,
    source="crosslingual2024",
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes; that of scratch"),
        Parameter("A", "nat/token", 1e-3, 1e8, "price of too few parameters; that of scratch"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters; that of scratch"),
        Parameter("B", "nat/token", 1e-3, 1e8, "price of too few tokens of the new language"),
        Parameter("beta", "1", 0.01, 1.0, "return on tokens"),
        Parameter("gamma", "1", 0.0, 0.5, "how much more larger models transfer"),
    ),
    claims=(
        Claim("decreases", in_="N"),
        Claim("decreases", in_="D"),
        Claim("tends to", "E"),
    ),
    optimum=optimum,
    scope=(
        "Fit scratch first and hold E, A and alpha: isoflop.fit.cross_lingual does both.",
        "The optimum exists only where beta > gamma.",
        "Larger models at a given budget, but a smaller exponent of size than from scratch "
        "(0.385 against 0.429): the advantage shrinks with compute.",
        "Chinese from English at 40M to 5.5B parameters gave beta 0.20 and gamma 0.08; the other "
        "numbers are not known.",
        "Mix in 10 to 30% of the old data against forgetting; 1 to 5% fails on long runs.",
    ),
)
