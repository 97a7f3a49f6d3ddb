"""Which limits decide a plan, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from isoflop.core.explain import Finding
from isoflop.decide.problem import AT_LIMIT, Best, Problem
from isoflop.decide.question import Request

UNITS = {
    "budget": "FLOP",
    "target": "unit of the loss",
    "inference_tokens": "tokens",
    "unique_tokens": "tokens",
    "min_params": "parameters",
    "max_params": "parameters",
    "training_cap": "FLOP",
    "max_epochs": "1",
}
ALWAYS_BIND = ("budget", "target", "inference_tokens", "training_cap")
LEFT_OVER = 1e-6  # share of the compute below which rounding is not reported


def binding_limits(problem: Problem, best: Best) -> Iterator[str]:
    """Names of the limits that decide the plan under the point values."""
    N, D = float(best.N[0]), float(best.D[0])
    if problem.max_params is not None and problem.max_params * (1.0 - AT_LIMIT) <= N:
        yield "max_params"
    if problem.min_params is not None and problem.min_params * (1.0 + AT_LIMIT) >= N:
        yield "min_params"
    if problem.unique is not None and problem.unique * (1.0 - AT_LIMIT) <= D:
        yield "unique_tokens"
    if problem.knows_repetition and problem.most_tokens * (1.0 - AT_LIMIT) <= D:
        yield "max_epochs"


def limits_of(
    problem: Problem, request: Request, best: Best, binding: tuple[str, ...]
) -> dict[str, object]:
    """What was asked and what it costs: {name: limit, unit, binds}, and the price if any binds."""
    found: dict[str, object] = {
        name: {"limit": value, "unit": unit, "binds": name in binding or name in ALWAYS_BIND}
        for name, unit in UNITS.items()
        if (value := getattr(request, name)) is not None
    }
    if binding:
        found["price"] = _price(problem, best)
    return found


def limit_findings(
    problem: Problem, best: Best, binding: tuple[str, ...], total: float
) -> Iterator[Finding]:
    """W503 for each limit that binds, W511 if compute is left over."""
    for name in binding:
        yield Finding("W503", f"The limit on {name} decides this plan.")
    spent = float(problem.total(best.N[:1], best.D[:1])[0])
    if spent < total * (1.0 - LEFT_OVER):
        yield Finding(
            "W511",
            f"The limits let the run use only {spent / total:.1%} of the compute; the rest cannot "
            "lower the loss.",
        )


def _price(problem: Problem, best: Best) -> dict[str, float]:
    point = problem.only(slice(0, 1))
    free = replace(point, unique=None, most_epochs=None, min_params=None, max_params=None)
    spent = free.total(best.N[:1], best.D[:1])
    extra = best.loss[:1] - free.best(spent).loss
    factor = spent / free.needed(best.loss[:1])
    return {
        "extra_loss": max(float(extra[0]), 0.0),
        "compute_factor": max(float(factor[0]), 1.0),
    }
