"""The engine: global search by projection, polish by Newton, all starts and resamples at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.newton import Effort, Polished, polish
from isoflop.fit.problem import Problem
from isoflop.fit.starts import (
    GRID_PER_AXIS,
    candidates,
    draw,
    guessed,
    project_each,
    project_starts,
    published,
)

AGREE = 1e-6  # relative difference of objectives that counts as the same optimum
BEST_STARTS = 2
EASY_SPREAD, HARD_SPREAD = 3, 12  # random starts: with one or two exponents to search, and else
RESCUE_STARTS = 6
NEAR = 0.01  # a second optimum this close in the objective is worth a word
RESAMPLED = Effort(tolerance=1e-8, max_steps=50)
"""Of a resample of many exponents: 1e-8 of the objective is a thousandth of a standard error."""
LANE_BUDGET = 30_000  # runs x lanes per batch: keeps the working arrays inside the cache


@dataclass(frozen=True)
class Solution:
    """The optimum of one data set and how much the starts agree on it.

    Attributes
    ----------
    coordinates : (n_coordinates,)
    objective : weighted sum at the optimum
    tried, agree : starts, and those that end within 1e-6 relative of the best
    converged : whether the best start met the tolerance
    near : (n_near, n_coordinates) where converged starts ended nearly as well, best first
    near_objectives : (n_near,)
    """

    coordinates: FloatArray
    objective: float
    tried: int
    agree: int
    converged: bool
    near: FloatArray
    near_objectives: FloatArray


def solve(
    problem: Problem,
    weights: FloatArray,
    rng: np.random.Generator,
    n_random: int | None = None,
    only: FloatArray | None = None,
) -> Solution:
    """Fit one weighting of the runs from the best projected candidates and random ones.

    Parameters
    ----------
    weights : (n_runs,)
    n_random : random starts beside the best of the grid; they certify the optimum. By default
        more where less can be projected out.
    only : (1, n_coordinates) a single start instead: the optimum of its own basin.
    """
    row = weights[None, :]
    starts = _starts(problem, weights, rng, n_random) if only is None else only
    done = polish_batched(problem, starts, np.broadcast_to(row, (len(starts), problem.n_runs)))
    winner = int(np.argmin(done.objective))
    lowest = float(done.objective[winner])
    # Objectives at rounding level (an exact fit) are all the same optimum.
    floor = 1e-20 * float(np.sum(weights))
    agrees = done.objective <= lowest * (1.0 + AGREE) + floor
    order = np.argsort(done.objective, kind="stable")
    near = order[(done.converged & ~agrees & (done.objective <= lowest * (1.0 + NEAR)))[order]]
    return Solution(
        done.coordinates[winner],
        lowest,
        len(starts),
        int(np.sum(agrees)),
        bool(done.converged[winner]),
        done.coordinates[near],
        done.objective[near],
    )


def _starts(
    problem: Problem, weights: FloatArray, rng: np.random.Generator, n_random: int | None
) -> FloatArray:
    points = candidates(problem)
    if n_random is None:
        n_random = EASY_SPREAD if points.shape[1] in GRID_PER_AXIS else HARD_SPREAD
    best = project_starts(problem, points, weights[None, :], BEST_STARTS)[0]
    pieces = [best, guessed(problem), published(problem)]
    if n_random and points.shape[1]:
        pieces.append(project_each(problem, draw(problem, n_random, rng), weights))
    return np.concatenate(pieces)


def solve_many(
    problem: Problem,
    weights: FloatArray,
    optimum: FloatArray,
    progress: Callable[[int, int], None] | None = None,
) -> FloatArray:
    """Fully re-solve every resample: its own global search, its own polish.

    Lanes that end unconverged or above the objective of the point fit are solved again from more
    starts.

    Parameters
    ----------
    weights : (n_resamples, n_runs) how often each run was drawn, times its weight
    optimum : (n_coordinates,) of the point fit

    Returns
    -------
    (n_resamples, n_coordinates); rows that no start could fit are NaN.
    """
    points = candidates(problem)
    lanes = max(8, LANE_BUDGET // max(problem.n_runs, 1))
    results = np.full((len(weights), len(problem.slots)), np.nan)
    for begin in range(0, len(weights), lanes):
        part = weights[begin : begin + lanes]
        results[begin : begin + lanes] = _resolve(problem, part, points, optimum)
        if progress is not None:
            progress(min(begin + lanes, len(weights)), len(weights))
    return results


def _resolve(
    problem: Problem, weights: FloatArray, points: FloatArray, optimum: FloatArray
) -> FloatArray:
    if points.shape[1] not in GRID_PER_AXIS:
        return _resolve_searched(problem, weights, points, optimum)
    done = polish(problem, project_starts(problem, points, weights, 1)[:, 0], weights)
    u, value = done.coordinates.copy(), done.objective.copy()
    known = problem.total(np.broadcast_to(optimum, u.shape), weights)
    doubtful = np.flatnonzero(~done.converged | ~(value <= known * (1.0 + AGREE)))
    if len(doubtful):
        again = weights[doubtful]
        more = project_starts(problem, points, again, RESCUE_STARTS)
        warm = np.broadcast_to(optimum, (len(again), 1, len(optimum)))
        starts = np.concatenate([warm, more], axis=1)
        n_starts = starts.shape[1]
        rescued = polish(
            problem, starts.reshape(-1, len(optimum)), np.repeat(again, n_starts, axis=0)
        )
        objective = rescued.objective.reshape(len(again), n_starts)
        pick = np.argmin(objective, axis=1)
        lowest = objective[np.arange(len(again)), pick]
        better = lowest < np.where(np.isfinite(value[doubtful]), value[doubtful], np.inf)
        chosen = rescued.coordinates.reshape(len(again), n_starts, -1)[np.arange(len(again)), pick]
        u[doubtful[better]] = chosen[better]
        value[doubtful[better]] = lowest[better]
    u[~np.isfinite(value)] = np.nan
    return u


def _resolve_searched(
    problem: Problem, weights: FloatArray, points: FloatArray, optimum: FloatArray
) -> FloatArray:
    """Re-solve where many exponents are searched: a cold start alone seldom finds the optimum.

    Every resample starts at the point fit and at its own best candidate; the lower end counts.
    """
    cold = project_starts(problem, points, weights, 1)
    warm = np.broadcast_to(optimum, cold.shape)
    starts = np.concatenate([warm, cold], axis=1)
    n_starts, k = starts.shape[1:]
    repeated = np.repeat(weights, n_starts, axis=0)
    done = polish_batched(problem, starts.reshape(-1, k), repeated, RESAMPLED)
    objective = done.objective.reshape(-1, n_starts)
    pick = np.argmin(objective, axis=1)
    rows = np.arange(len(weights))
    u: FloatArray = np.array(done.coordinates.reshape(-1, n_starts, k)[rows, pick])
    u[~np.isfinite(objective[rows, pick])] = np.nan
    return u


def polish_batched(
    problem: Problem, starts: FloatArray, weights: FloatArray, effort: Effort | None = None
) -> Polished:
    """Polish in batches that fit the cache."""
    lanes = max(8, LANE_BUDGET // max(problem.n_runs, 1))
    parts = [
        polish(problem, starts[i : i + lanes], weights[i : i + lanes], effort)
        for i in range(0, len(starts), lanes)
    ]
    return Polished(
        np.concatenate([part.coordinates for part in parts]),
        np.concatenate([part.objective for part in parts]),
        np.concatenate([part.converged for part in parts]),
        np.concatenate([part.steps for part in parts]),
    )
