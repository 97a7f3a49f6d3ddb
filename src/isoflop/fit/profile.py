"""Profile likelihood: how far one parameter can move while all others are re-fitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import build_problem
from isoflop.fit.newton import polish
from isoflop.fit.problem import Problem

GROWTH = 1.6  # step growth while looking for a bracket
BISECTIONS = 20
EXPANSIONS = 40


def profile_intervals(
    runs: Runs,
    fit: Fit,
    *,
    level: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, tuple[float, float]]:
    """Likelihood-ratio interval of every free parameter; an end may be a bound.

    The rise of the objective is scaled as for an M-estimator, by E[psi^2]/E[psi'], so that a
    Huber objective gives intervals of the right size although it is no likelihood.

    Parameters
    ----------
    runs : the table the fit was made from.
    level : that of the fit by default.
    """
    assert fit.objective is not None, "a published set has no objective to profile"
    free = [p for p in fit.law.parameters if p.name not in fit.fixed]
    fixed = {name: fit.values[name] for name in fit.fixed}
    problem = build_problem(runs, fit.law, fit.axes, fit.target, fit.objective, fixed)
    optimum = problem.coordinates(np.array([[fit.values[p.name] for p in free]]))[0]
    chosen = fit.level if level is None else level
    return profile(problem, optimum, np.ones(len(runs)), level=chosen, progress=progress)


def profile(
    problem: Problem,
    optimum: FloatArray,
    weights: FloatArray,
    *,
    level: float,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, tuple[float, float]]:
    """Interval of every free parameter of a problem without groups, around its optimum.

    Parameters
    ----------
    optimum : (n_coordinates,)
    weights : (n_runs,)
    """
    from scipy.special import chdtri

    row = weights[None, :]
    rise = 0.5 * float(chdtri(1, 1.0 - level)) * _scale(problem, optimum, weights)
    found = {}
    for i, slot in enumerate(problem.slots):
        ends = [_end(problem, optimum, i, row, rise * side) for side in (-1.0, 1.0)]
        if slot.parameter.is_scale:
            ends = [float(np.exp(end)) for end in ends]
        found[slot.parameter.name] = (ends[0], ends[1])
        if progress is not None:
            progress(i + 1, len(problem.slots))
    return found


def _scale(problem: Problem, optimum: FloatArray, weights: FloatArray) -> float:
    """E[psi^2]/E[psi'] of the residuals, with the freedom of the parameters restored."""
    prediction = problem.predict(optimum[None])[0]
    residual = problem.objective.residual(prediction, problem.target)
    n = problem.n_runs
    freedom = n / max(n - len(problem.slots), 1)
    if problem.objective.name != "huber_log":
        return _per_weight(residual**2 * weights**2, weights) * freedom
    delta = problem.objective.delta
    psi = np.clip(residual, -delta, delta)
    # The share of residuals inside delta, estimated over a wider window where delta is narrow.
    window = max(delta, float(np.median(np.abs(residual))))
    inside = _per_weight(weights * (np.abs(residual) <= window), weights) * delta / window
    return _per_weight(weights**2 * psi**2, weights) / inside * freedom


def _per_weight(summands: FloatArray, weights: FloatArray) -> float:
    return float(np.sum(summands) / np.sum(weights))


def _end(
    problem: Problem, optimum: FloatArray, i: int, weights: FloatArray, signed_rise: float
) -> float:
    side, rise = float(np.sign(signed_rise)), abs(signed_rise)
    low, high = problem.bounds
    edge = high[i] if side > 0 else low[i]
    held = _held(problem, i)
    base = float(problem.total(optimum[None], weights)[0])
    others = np.delete(optimum, i)

    def excess(u: float) -> float:
        nonlocal others
        name, is_scale = problem.slots[i].parameter.name, problem.slots[i].parameter.is_scale
        value = float(np.exp(u)) if is_scale else u
        at = replace(held, fixed={**problem.fixed, name: value})
        done = polish(at, others[None], weights)
        others = done.coordinates[0]
        return float(done.objective[0]) - base - rise

    step = 1e-3 * max(abs(optimum[i]), 1.0)
    inner = outer = float(optimum[i])
    for _ in range(EXPANSIONS):
        inner, outer = outer, float(np.clip(optimum[i] + side * step, low[i], high[i]))
        if excess(outer) > 0.0:
            break
        if outer == edge:
            return float(edge)
        step *= GROWTH
    for _ in range(BISECTIONS):
        middle = 0.5 * (inner + outer)
        inner, outer = (inner, middle) if excess(middle) > 0.0 else (middle, outer)
    return 0.5 * (inner + outer)


def _held(problem: Problem, i: int) -> Problem:
    """The problem with coordinate i fixed (its value is set by the caller)."""
    name = problem.slots[i].parameter.name
    return replace(problem, fixed={**problem.fixed, name: 0.0})
