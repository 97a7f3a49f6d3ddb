"""Average task error as a saturating exponential of the validation loss."""

from __future__ import annotations

import math
from collections.abc import Mapping

from isoflop.laws.algebra import exp
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand


def error(L: Operand, eps: Operand, k: Operand, gamma: Operand) -> Operand:
    return eps - k * exp(-gamma * L)


def loss_for(target: float, values: Mapping[str, float]) -> float:
    """Validation loss at which the error is ``target``; infinite at eps or above."""
    room = values["eps"] - target
    return math.inf if room <= 0.0 else math.log(values["k"] / room) / values["gamma"]


def _refit(corpus: str, key: str, eps: float, k: float, gamma: float) -> Published:
    return Published(
        source="gadre2024",
        key=key,
        where=f"our refit of the released points ({corpus}), 17 tasks, arXiv 2403.08540",
        values={"eps": eps, "k": k, "gamma": gamma},
        counts="total",
        unit="top-1 error",
        note="Six runs; the loss is nat/token on C4 eval.",
    )


LAW = Law(
    name="gadre_error",
    entry="L24",
    also=("X75",),
    about="Error averaged over tasks from a validation loss; eps where the model only guesses.",
    target="error",
    inputs=("L",),
    formula=error,
    source="gadre2024",
    scale="level",
    axes=(Axis("L", "loss", "nat/token", "validation loss", 1.5, 6.0),),
    parameters=(
        Parameter("eps", "1", 0.0, 1.0, "error of a model that only guesses"),
        Parameter("k", "1", 1e-3, 10.0, "error a loss of zero would remove"),
        Parameter("gamma", "1/nat", 0.0, 10.0, "how fast error follows the loss"),
    ),
    claims=(Claim("increases", in_="L"), Claim("tends to", "eps")),
    published=(
        _refit("C4", "gadre2024-c4", 0.8497, 2.079, 0.7561),
        _refit("RedPajama", "gadre2024-redpajama", 0.8570, 2.206, 0.7146),
        _refit("RefinedWeb", "gadre2024-refinedweb", 0.8653, 2.215, 0.7070),
    ),
    scope=(
        "Averages over tasks that a small model beats chance on by 10 points; single tasks are "
        "not predicted.",
        "Depends on which validation loss is used.",
        "Six runs: expect wide intervals, and add the noise of the evaluation items.",
    ),
)
