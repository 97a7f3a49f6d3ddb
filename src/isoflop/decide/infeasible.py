"""What to say when no plan meets the limits: which one binds, and the nearest plan that is one."""

from __future__ import annotations

from dataclasses import replace

from isoflop.core.errors import PlanError
from isoflop.core.quantities import format_count
from isoflop.decide.demand import Demand
from isoflop.decide.machines import ComputeLimit
from isoflop.decide.plan import Plan
from isoflop.decide.plan_findings import TRUSTED_EPOCHS
from isoflop.decide.plan_run import plan_for
from isoflop.decide.question import Request
from isoflop.fit.fit import Fit

RELAXED = ("unique_tokens", "max_epochs", "max_params", "min_params")
AMPLE = 1e6  # times the compute of the unlimited plan: limits on data and size decide alone


def no_unique_tokens(fit: Fit, request: Request) -> PlanError:
    """The error for a plan without a single token."""
    free = plan_for(fit, replace(request, unique_tokens=None, max_epochs=None))
    tokens = free.optimum["D"].value
    return _error(
        "there are no unique tokens to train on",
        "unique_tokens",
        f"{_size(free)}; it wants {format_count(tokens)} tokens, so have at least "
        f"{format_count(tokens / TRUSTED_EPOCHS)} unique ones, seen {TRUSTED_EPOCHS:g} times",
    )


def out_of_reach(fit: Fit, request: Request, error: PlanError) -> PlanError:
    """The error for a target that the limits on data or size keep out of reach.

    Returns ``error`` itself where no limit is to blame: the law has no such loss.
    """
    for name in RELAXED:
        if getattr(request, name) is None:
            continue
        try:
            free = plan_for(fit, _without(request, name))
        except PlanError:
            continue
        ample = replace(request, target=None, budget=AMPLE * free.optimum["C"].value)
        reached = plan_for(fit, replace(ample, inference_tokens=None, training_cap=None))
        return _error(
            f"{name} = {format_count(getattr(request, name))} keeps the target out of reach",
            name,
            f"{fit.target} {reached.loss.value:.4f} at most within this limit, however much "
            f"compute is spent; or without it {_size(free)}",
        )
    return error


def beyond_compute(fit: Fit, demand: Demand, plan: Plan, limit: ComputeLimit) -> PlanError:
    """The error for a target that needs more compute than a budget, a deadline or money allows."""
    needed = plan.optimum["C"].value
    factor = needed / limit.flop
    within = replace(
        demand.limits, target=None, budget=limit.flop, inference_tokens=None, training_cap=None
    )
    nearest = plan_for(fit, within)
    more = {
        "budget": f"{needed:.3g} FLOP",
        "deadline": f"{(demand.days or 0.0) * factor:.3g} days on these machines, or "
        f"{_devices(demand, factor)} of them",
        "money": f"{(demand.usd or 0.0) * factor:.3g} USD",
    }[limit.name]
    return _error(
        f"the target takes {needed:.3g} FLOP, {factor:.2f} times what {limit.said} allow",
        limit.name,
        f"{_size(nearest)} within the limit; or reach the target with {more}",
    )


def over_memory(limit: float, size: float, nearest: str) -> PlanError:
    """The error for a size that must be trained but does not fit the machines."""
    return _error(
        f"{format_count(size)} parameters do not fit the memory of these machines",
        "memory",
        f"at most about {format_count(limit)} parameters{nearest}",
    )


def _without(request: Request, name: str) -> Request:
    if name in ("unique_tokens", "max_epochs"):
        # Passes are counted over the unique tokens: without those there is nothing to count.
        unique = None if name == "unique_tokens" else request.unique_tokens
        return replace(request, unique_tokens=unique, max_epochs=None)
    most = None if name == "max_params" else request.max_params
    least = None if name == "min_params" else request.min_params
    return replace(request, max_params=most, min_params=least)


def _devices(demand: Demand, factor: float) -> str:
    devices = 0 if demand.machines is None else demand.machines.devices
    return f"{devices * factor:.0f}"


def _size(plan: Plan) -> str:
    return (
        f"{format_count(plan.optimum['N'].value)} parameters on "
        f"{format_count(plan.optimum['D'].value)} tokens, {plan.target} {plan.loss.value:.4f}"
    )


def _error(what: str, binding: str, nearest: str) -> PlanError:
    return PlanError(
        f"There is no such plan: {what}.",
        where=f"the limit that binds: {binding}",
        matters="every other limit could be met.",
        do=f"nearest plan: {nearest}.",
        code="E632",
    )
