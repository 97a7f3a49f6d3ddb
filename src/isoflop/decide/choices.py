"""The same limits under other goals: what each would train, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from isoflop.decide.demand import Demand
from isoflop.decide.plan import Plan
from isoflop.decide.plan_run import problem_of
from isoflop.decide.question import SERVING_FLOP_PER_ND, Request
from isoflop.decide.settle import settle
from isoflop.fit.fit import Fit

SAME = 1e-3  # relative difference in size below which a choice is the plan itself


@dataclass(frozen=True)
class Choice:
    """Another goal under the same limits.

    Attributes
    ----------
    training, serving : FLOP, serving weighed as it is priced; 0 where nothing is served
    days, usd : of training, None without machines or price
    """

    name: str
    N: float
    D: float
    loss: float
    training: float
    serving: float
    days: float | None
    usd: float | None
    fits: bool

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return dict(vars(self))


def choices_of(fit: Fit, demand: Demand, plan: Plan) -> Iterator[Choice]:
    """The plan itself first, then other goals whose plan differs from it."""
    N, D = plan.optimum["N"].value, plan.optimum["D"].value
    yield _choice(f"this plan ({_WORDS[demand.goal]})", (N, D, plan.loss.value), demand)
    seen = [N]
    for name, request in _others(demand):
        found = settle(problem_of(fit, request).only(slice(0, 1)), request)
        size, tokens, loss = (float(one[0]) for one in (found.N, found.D, found.loss))
        # The limits may leave a goal no plan; then it is no choice.
        if np.isfinite(size) and all(abs(size / one - 1.0) > SAME for one in seen):
            seen.append(size)
            yield _choice(name, (size, tokens, loss), demand)


_WORDS = {
    "loss": "lowest loss",
    "money": "least money",
    "time": "least time",
    "serving": "cheapest life within the training budget",
}


def _others(demand: Demand) -> Iterator[tuple[str, Request]]:
    limits, compute = demand.limits, demand.compute
    target = limits.target is not None or demand.target_score is not None
    if target or not compute:
        return
    cap = compute[0].flop
    plain = replace(limits, budget=cap, inference_tokens=None)
    yield "lowest loss, serving not counted", plain
    if limits.inference_tokens is not None:
        yield "that loss, cheapest life", replace(limits, budget=cap)
        yield (
            "cheapest life within the training budget",
            replace(limits, budget=None, training_cap=cap),
        )
    if limits.unique_tokens is not None:
        free = replace(plain, unique_tokens=None, max_epochs=None)
        yield "lowest loss, if unique tokens were unlimited", free


def _choice(name: str, run: tuple[float, float, float], demand: Demand) -> Choice:
    N, D, loss = run
    C = demand.limits.flop_per_nd * N * D
    served = (demand.limits.inference_tokens or 0.0) * demand.limits.serving_price
    machines = demand.machines
    usd = None if machines is None else machines.usd(C)
    cap = demand.compute[0].flop if demand.compute else float("inf")
    return Choice(
        name=name,
        N=N,
        D=D,
        loss=loss,
        training=C,
        serving=SERVING_FLOP_PER_ND * N * served,
        days=None if machines is None else machines.days(C)[0],
        usd=None if usd is None else usd[0],
        fits=cap * (1.0 + 1e-6) >= C,
    )
