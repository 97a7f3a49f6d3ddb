"""What to be wary of in a fitted curve law."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.explain import Finding
from isoflop.fit.curve_fit.loss_curve import LossCurve
from isoflop.fit.curve_fit.problem import CurveProblem
from isoflop.laws.course import Course
from isoflop.laws.curve_law import CurveLaw

_AT_BOUND = 1e-3  # of the range in the coordinates of the search
_NOTHING = 1e-6  # of the loss: a term below this contributes nothing
_SHAPE_GRID = np.linspace(0.05, 1.0, 20)  # of a run, where shapes of schedules are compared
_SAME_SHAPE = 0.02  # of the peak


def findings(
    problem: CurveProblem, values: Mapping[str, float], *, tried: int, agree: int
) -> tuple[Finding, ...]:
    """Parameters at bounds, one shape only, warm-up counted, starts that differ."""
    found = [*_at_bounds(problem, values), *_shapes(problem.curves), *_warmup(problem.curves)]
    if agree < tried:
        found.append(
            Finding(
                "W538",
                f"{tried - agree} of {tried} starts end at another optimum: the best may not be "
                "found, or the curves do not determine every parameter.",
            )
        )
    return tuple(found)


def beyond(
    law: CurveLaw, evidence: Mapping[str, tuple[float, float]], course: Course
) -> tuple[Finding, ...]:
    """Where a schedule leaves what the law was fitted to."""
    told = {"steps": float(len(course.rates)), "peak": float(course.rates.max())}
    if law.needs_size and course.size is not None:
        told["N"] = course.size
    words = {"steps": "steps", "peak": "peak learning rate", "N": "size N"}
    parts = []
    for name, value in told.items():
        low, high = evidence.get(name, (0.0, np.inf))
        if not low * (1 - 1e-6) <= value <= high * (1 + 1e-6) and (name != "steps" or value > high):
            parts.append(f"{words[name]} {value:g} (fitted: {low:g} to {high:g})")
    if not parts:
        return ()
    return (Finding("W539", f"The schedule lies outside of the evidence: {', '.join(parts)}."),)


def _at_bounds(problem: CurveProblem, values: Mapping[str, float]) -> list[Finding]:
    at, (low, high) = problem.coordinates(values), problem.bounds
    near = (at - low < _AT_BOUND * (high - low)) | (high - at < _AT_BOUND * (high - low))
    ends = {item.name for item, end in zip(problem.free, near, strict=True) if end}
    # Linear parameters have no scale of their own: they are at zero where their term is.
    linear = set(problem.law.linear)
    names = [n for n in problem.law.parameter_names if n in ends - linear]
    names += [
        item.name
        for item in problem.free
        if item.name in linear and _idle(problem, values, item.name)
    ]
    if not names:
        return []
    said = ", ".join(f"{name} = {values[name]:.4g}" for name in names)
    return [Finding("W535", f"At a bound of its range, or without effect: {said}.")]


def _idle(problem: CurveProblem, values: Mapping[str, float], name: str) -> bool:
    shares = [
        np.abs(problem.law.gradient(curve.course, values)[name] * values[name] / curve.losses).max()
        for curve in problem.curves
    ]
    return bool(max(shares) < _NOTHING)


def _shapes(curves: tuple[LossCurve, ...]) -> list[Finding]:
    shapes = [_shape(curve) for curve in curves]
    if max(float(np.abs(shape - shapes[0]).max()) for shape in shapes) > _SAME_SHAPE:
        return []
    return [
        Finding(
            "W537",
            f"All {len(curves)} runs have one shape of schedule: what annealing gains is told from "
            "what training gains by the form of the law alone.",
        )
    ]


def _shape(curve: LossCurve) -> np.ndarray:
    rates = curve.course.rates
    places = np.ceil(_SHAPE_GRID * len(rates)).astype(int) - 1
    return np.asarray(rates[places] / rates.max())


def _warmup(curves: tuple[LossCurve, ...]) -> list[Finding]:
    n = sum(curve.course.before == 0.0 for curve in curves)
    if not n:
        return []
    return [
        Finding(
            "W536", f"The warm-up of {n} runs counts as negative annealing, from a rate of zero."
        )
    ]
