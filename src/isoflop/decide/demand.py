"""Everything a plan is asked for: the goal, the limits, the machines, the user's own evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from isoflop.core.errors import UsageError
from isoflop.decide.case import Evidence, Tokenised
from isoflop.decide.machines import ComputeLimit, Machines, compute_limits
from isoflop.decide.question import Request
from isoflop.fit.fit import Fit

Objective: TypeAlias = Literal["loss", "money", "time", "serving"]

BYTES_SERVED = 2.0  # a weight in 16 bits, read once for every generated token


@dataclass(frozen=True)
class Latency:
    """Slowest generated token allowed, and the devices that share one copy of the model."""

    seconds: float
    devices: int = 1


@dataclass(frozen=True)
class Demand:
    """The goal and all limits.

    Parameters
    ----------
    objective : lowest loss; or least money or time for a target; or the cheapest life.
    limits : size, unique tokens, passes, served tokens, held inputs; budget and target too.
    score_law : law of a benchmark score in the loss, published or fitted.
    target_score : score to reach, in place of a target loss.
    choose : {input: range} beside size and tokens, to be chosen.
    rivals : further fits of the user's own, to stand beside the published ones.
    """

    limits: Request
    objective: Objective | None = None
    machines: Machines | None = None
    days: float | None = None
    usd: float | None = None
    latency: Latency | None = None
    tokenised: Tokenised = field(default_factory=Tokenised)
    evidence: Evidence = field(default_factory=Evidence)
    score_law: Fit | None = None
    target_score: float | None = None
    choose: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    rivals: tuple[Fit, ...] = ()

    @property
    def compute(self) -> tuple[ComputeLimit, ...]:
        """Limits on training compute, the tightest first."""
        return compute_limits(self.limits.budget, self.days, self.usd, self.machines)

    @property
    def goal(self) -> Objective:
        """What is minimised."""
        if self.objective is not None:
            return self.objective
        return "serving" if self.limits.inference_tokens is not None else "loss"


def sized_request(demand: Demand) -> Request:
    """The request that the planner of size and tokens is given.

    Raises
    ------
    UsageError
        E631 where the objective needs something that was not given.
    """
    limits = _with_latency(demand)
    goal, target = demand.goal, limits.target
    if goal in ("money", "time") and target is None:
        raise _lacking(goal, "a loss or score to reach", "--target-loss or --target-score")
    if goal == "serving" and limits.inference_tokens is None:
        raise _lacking(goal, "the tokens served over the lifetime", "--inference-tokens 3T")
    served = limits.inference_tokens if goal in ("serving", "money") else None
    if target is not None:
        return replace(limits, budget=None, inference_tokens=served)
    if not demand.compute:
        raise _lacking(goal, "a limit on compute", "--budget, --days with --devices, or --usd")
    cap = demand.compute[0].flop
    if goal == "serving":
        return replace(limits, budget=None, training_cap=cap)
    return replace(limits, budget=cap, inference_tokens=None)


def _with_latency(demand: Demand) -> Request:
    """The limits, with the largest size whose weights can be read within the latency."""
    latency, limits = demand.latency, demand.limits
    if latency is None:
        return limits
    if demand.machines is None:
        raise _lacking("latency", "the accelerator it is served on", "--chip")
    bandwidth = demand.machines.chip.get("bandwidth") * latency.devices
    most = latency.seconds * bandwidth / BYTES_SERVED
    return replace(limits, max_params=min(limits.max_params or most, most))


def _lacking(goal: str, what: str, do: str) -> UsageError:
    return UsageError(
        f"To plan for {goal}, {what} must be known.",
        where=f"--objective {goal}" if goal != "latency" else "--latency-ms",
        matters="nothing was planned.",
        do=f"give {do}.",
        code="E631",
    )
