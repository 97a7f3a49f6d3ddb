"""Loss in compute and tokens per parameter, with parallel lines for every ratio."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import named, power
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand

SIZE_7B = 6889410560.0  # parameters of the source's largest model
REFIT = "our refit of the released points ({corpus}), C4 eval, arXiv 2403.08540"


def loss(N: Operand, D: Operand, E: Operand, a: Operand, b: Operand, eta: Operand) -> Operand:
    M = named("M", D / N)
    C = named("C", 6.0 * N * D)
    return E + (a * power(M, eta) + b * power(M, -eta)) * power(C, -eta)


def optimum(values: Mapping[str, FloatArray], C: FloatArray, k: float) -> dict[str, FloatArray]:
    # a*M^eta = b*M^-eta, whatever the compute.
    ratio = np.exp(np.log(values["b"] / values["a"]) / (2.0 * values["eta"]))
    budget = np.asarray(C, dtype=float) / k
    return {"N": np.sqrt(budget / ratio), "D": np.sqrt(budget * ratio)}


def _refit(
    corpus: str, key: str, a: float, b: float, eta: float, E: float, at_20: float
) -> Published:
    return Published(
        source="gadre2024",
        key=key,
        where=REFIT.format(corpus=corpus),
        values={"E": E, "a": a, "b": b, "eta": eta},
        counts="total",
        valid={"N": (1.1e7, 4.12e8), "M": (20.0, 320.0)},
        # Five digits of eta leave the loss uncertain by 1e-4.
        reported=(Reported({"N": SIZE_7B, "D": 20.0 * SIZE_7B}, {"loss": at_20}, 1e-4),),
        note="Five runs; N counts both vocabulary matrices.",
    )


LAW = Law(
    name="overtraining",
    entry="L23",
    also=("X75",),
    about="Chinchilla with equal exponents, in compute C = 6ND and tokens per parameter M = D/N.",
    target="loss",
    inputs=("N", "D"),
    formula=loss,
    optimum=optimum,
    source="gadre2024",
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("a", "nat/token", 1e-3, 1e12, "price of too few parameters"),
        Parameter("b", "nat/token", 1e-3, 1e12, "price of too few tokens"),
        Parameter("eta", "1", 0.005, 0.5, "return on compute at a fixed ratio"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D"), Claim("tends to", "E")),
    published=(
        _refit("C4", "gadre2024-c4", 141.28, 189.52, 0.12124, 1.5083, 2.279900),
        _refit("RedPajama", "gadre2024-redpajama", 212.24, 366.69, 0.13643, 1.8366, 2.442755),
        _refit("RefinedWeb", "gadre2024-refinedweb", 157.12, 246.21, 0.12720, 1.7345, 2.414987),
    ),
    scope=(
        "Equal exponents are assumed; extreme tokens per parameter break it.",
        "The optimal ratio is the same at every compute by construction.",
        "Fitted on five small runs: the optimal ratio is not its strength.",
    ),
)
