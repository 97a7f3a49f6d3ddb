"""Draws of the parameters of a curve law, by resampling whole runs or blocks of residuals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.curve_fit.problem import CurveProblem
from isoflop.fit.curve_fit.search import descend
from isoflop.fit.objective import Objective

Resample = Literal["runs", "blocks"]
ENOUGH_RUNS = 8  # assumption: with fewer, drawing runs leaves out whole kinds of schedule too often


def method_for(problem: CurveProblem) -> Resample:
    """Runs where there are enough of them; they are the independent evidence (haegele2024)."""
    return "runs" if len(problem.curves) >= ENOUGH_RUNS else "blocks"


def draws(
    problem: CurveProblem,
    objective: Objective,
    optimum: FloatArray,
    *,
    n: int,
    method: Resample,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> FloatArray:
    """Every parameter refitted to each resample, (n, n_parameters).

    Parameters
    ----------
    optimum : coordinates the refits begin at.
    method : ``runs`` draws runs with replacement; ``blocks`` adds blocks of neighbouring residuals,
        about the square root of a curve long, to the fitted curves.
    """
    rng = np.random.default_rng(seed)
    made = _by_runs(problem, rng) if method == "runs" else _by_blocks(problem, optimum, rng)
    found = np.empty((n, len(problem.law.parameters)))
    for i in range(n):
        at, _ = descend(next(made), objective, optimum, coarse=False)
        found[i] = list(problem.values(at).values())
        if progress is not None:
            progress(i + 1, n)
    return found


def _by_runs(problem: CurveProblem, rng: np.random.Generator) -> Iterator[CurveProblem]:
    n = len(problem.curves)
    logs = np.split(problem.log_losses, _ends(problem)[:-1])
    while True:
        counts = rng.multinomial(n, np.full(n, 1.0 / n))
        drawn = np.flatnonzero(counts)
        yield replace(
            problem,
            curves=tuple(problem.curves[i] for i in drawn),
            log_losses=np.concatenate([logs[i] for i in drawn]),
            counts=counts[drawn].astype(float),
        )


def _by_blocks(
    problem: CurveProblem, optimum: FloatArray, rng: np.random.Generator
) -> Iterator[CurveProblem]:
    fitted = problem.log_predictions(problem.values(optimum))
    residuals = problem.log_losses - fitted
    parts = np.split(residuals - residuals.mean(), _ends(problem)[:-1])
    while True:
        noise = np.concatenate([_blocks(part, rng) for part in parts])
        yield replace(problem, log_losses=fitted + noise)


def _blocks(residuals: FloatArray, rng: np.random.Generator) -> FloatArray:
    n = len(residuals)
    length = int(np.ceil(np.sqrt(n)))
    first = rng.integers(0, n, size=-(-n // length))
    places = (first[:, None] + np.arange(length)) % n
    return np.asarray(residuals[places.ravel()[:n]])


def _ends(problem: CurveProblem) -> list[int]:
    return list(np.cumsum([len(curve.losses) for curve in problem.curves]))
