"""Plans a run: the question a request asks, answered for every parameter set of a fit at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import PlanError
from isoflop.decide.limits import binding_limits, limit_findings, limits_of
from isoflop.decide.plan import Alternative, Estimate, Plan, estimate
from isoflop.decide.plan_findings import plan_findings
from isoflop.decide.problem import AT_LIMIT, FLOP_RANGE, Best, Problem, check_allocates
from isoflop.decide.question import SERVING_SOURCE, Request, checked, question_for
from isoflop.decide.reach import reach_findings, reach_of
from isoflop.decide.regret import (
    FLAT_TOLERANCE,
    alternative,
    cost_of,
    flat_sizes,
    other_sizes,
    regret_of,
)
from isoflop.fit.fit import Fit


def plan_run(
    fit: Fit,
    *,
    budget: float | None = None,
    target: float | None = None,
    inference_tokens: float | None = None,
    unique_tokens: float | None = None,
    flop_per_nd: float = 6.0,
    level: float = 0.9,
    max_params: float | None = None,
    min_params: float | None = None,
    max_epochs: float | None = None,
    held: Mapping[str, float] | None = None,
) -> Plan:
    """Plan a training run under a fit; give a budget or a target.

    Parameters
    ----------
    budget : training compute, FLOP. With ``inference_tokens`` it sets the quality: the loss that a
        compute-optimal run of this budget reaches.
    target : loss to reach, in the unit of the fit.
    inference_tokens : tokens served over the lifetime; the total compute is then minimised.
    unique_tokens : tokens at hand; a law of repetition weighs epochs, under any other tokens stop
        there.
    flop_per_nd : training FLOP per parameter and token.
    level : of all intervals.
    max_params, min_params : limits on the size.
    max_epochs : passes over the unique tokens that are allowed.
    held : inputs of the law beside size and tokens, at given values.

    Raises
    ------
    UsageError
        E403, E404 if the request cannot be asked.
    PlanError
        E401 if the target is out of reach, E402 if the law does not trade N against D.

    Example
    -------
    >>> plan = plan_run(Fit.published("chinchilla@besiroglu2024"), budget=5.76e23)
    >>> round(plan.optimum["N"].value / 1e9, 1)
    72.2
    """
    return plan_for(
        fit,
        Request(
            budget=budget,
            target=target,
            inference_tokens=inference_tokens,
            unique_tokens=unique_tokens,
            flop_per_nd=flop_per_nd,
            max_params=max_params,
            min_params=min_params,
            max_epochs=max_epochs,
            held=held or {},
        ),
        level=level,
    )


def plan_for(fit: Fit, request: Request, *, level: float = 0.9) -> Plan:
    """:func:`plan_run` for a request."""
    checked(request)
    problem = problem_of(fit, request)
    question = question_for(request)
    total = question.compute(problem, request)
    _check_reached(fit, request, total)
    best = problem.best(np.where(np.isfinite(total), total, np.nan))
    return _plan(fit, problem, request, level, question.name, total, best)


def problem_of(fit: Fit, request: Request) -> Problem:
    """The problem of a request under the point values (first) and the draws of a fit."""
    check_allocates(fit.law, request.held)
    point = np.array([[fit.values[name] for name in fit.law.parameter_names]])
    sets = np.concatenate([point, fit.draws]) if len(fit.draws) else point
    return Problem(
        law=fit.law,
        sets=sets,
        flop_per_nd=request.flop_per_nd,
        serving=request.serving,
        unique=request.unique_tokens,
        min_params=request.min_params,
        max_params=request.max_params,
        most_epochs=request.max_epochs,
        held=request.held,
    )


def _plan(
    fit: Fit,
    problem: Problem,
    request: Request,
    level: float,
    question: str,
    total: FloatArray,
    best: Best,
) -> Plan:
    N, D = float(best.N[0]), float(best.D[0])
    spent = float(problem.total(best.N[:1], best.D[:1])[0])
    cost = cost_of(problem, N, D)
    point = {"N": N, "D": D, "C": request.flop_per_nd * N * D}
    low, high = flat_sizes(problem, N, float(total[0]))
    binding = tuple(binding_limits(problem, best))
    others = other_sizes(problem, N, spent, level=level, unit=fit.unit)
    baseline = _training_only(problem, float(best.loss[0]), level, fit.unit)
    return Plan(
        question=question,
        label=fit.label or fit.law.name,
        law=fit.law.name,
        target=fit.target,
        level=level,
        optimum=_optimum(problem, request, best, total, level, baseline),
        loss=estimate(cost.loss, level, fit.unit),
        regret=regret_of(cost, level, fit.unit),
        flat={"N": [low, high], "tolerance": FLAT_TOLERANCE, "of": "compute"},
        reach=reach_of(point, fit.evidence),
        constraints=limits_of(problem, request, best, binding),
        alternatives=(*others, *([baseline] if baseline else [])),
        warnings=(
            *fit.warnings,
            *reach_findings(point, fit.evidence),
            *plan_findings(fit, problem, best, total),
            *limit_findings(problem, best, binding, float(total[0])),
        ),
        scope=fit.law.scope,
        conventions={
            "counts": fit.counts,
            "flop_per_nd": request.flop_per_nd,
            "loss_unit": fit.unit,
        },
        provenance=dict(fit.provenance),
        sources=(
            *(source.key for source in fit.cite()),
            *((SERVING_SOURCE,) if problem.serving else ()),
        ),
    )


def _optimum(
    problem: Problem,
    request: Request,
    best: Best,
    total: FloatArray,
    level: float,
    baseline: Alternative | None,
) -> dict[str, Estimate]:
    known = np.isfinite(total)
    training = np.where(known, problem.flop_per_nd * best.N * best.D, total)
    found = {
        "N": estimate(best.N, level, "parameters"),
        "D": estimate(best.D, level, "tokens"),
        "C": estimate(training, level, "FLOP"),
        "M": estimate(best.D / best.N, level, "tokens/parameter"),
    }
    given = request.budget or request.training_cap
    if given is not None and np.all(np.abs(training / given - 1.0) < AT_LIMIT):
        found["C"] = Estimate(given, None, None, "FLOP")
    if request.unique_tokens is not None:
        found["epochs"] = estimate(best.D / request.unique_tokens, level, "1")
    for name, value in request.held.items():
        found[name] = Estimate(value, None, None, "1")
    if baseline is not None:
        found["C_total"] = estimate(total, level, "FLOP")
        saving = 1.0 - float(total[0]) / baseline.inputs["C_total"]
        found["saving"] = Estimate(saving, None, None, "1")
    return found


def _training_only(problem: Problem, loss: float, level: float, unit: str) -> Alternative | None:
    """The run that is cheapest to train for the same loss, with the same tokens served."""
    if not problem.serving:
        return None
    point = replace(problem.only(slice(0, 1)), serving=0.0)
    best = point.best(point.needed(np.array([loss])))
    name = "cheapest to train for this loss"
    return alternative(problem, name, float(best.N[0]), float(best.D[0]), level=level, unit=unit)


def _check_reached(fit: Fit, request: Request, total: FloatArray) -> None:
    if request.target is None and np.isfinite(total[0]):
        return
    limits = request.unique_tokens or request.max_params or request.min_params
    goal = "this loss" if request.target is None else f"a {fit.target} of {request.target:g}"
    if total[0] <= FLOP_RANGE[0] * (1.0 + AT_LIMIT):
        raise PlanError(
            f"{goal[0].upper()}{goal[1:]} is reached by {FLOP_RANGE[0]:g} FLOP already.",
            where=f"target {request.target}, {fit.label or fit.law.name}",
            matters="that is far below any run the law was fitted to.",
            do=f"give a smaller target in {fit.unit}.",
            code="E405",
        )
    if np.isfinite(total[0]):
        return
    floor = fit.values.get("E")
    why = (
        f"the floor of this law is E = {floor:.4g} {fit.unit}."
        if floor is not None
        else (f"even {FLOP_RANGE[1]:g} FLOP do not reach it under this law.")
    )
    raise PlanError(
        f"No run reaches {goal} under {fit.label or fit.law.name}"
        + (" within the limits." if limits else "."),
        where=f"target {request.target}",
        matters=f"no compute goes below a floor: {why}",
        do="give a larger target" + (", or relax the limits." if limits else "."),
        code="E401",
    )
