"""Where a request ends under each parameter set, without the price of every alternative."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.decide.problem import Problem
from isoflop.decide.question import Request, question_for

FRONTIER = 49  # budgets, a third of a natural log apart
DEEPEST = 1e-7  # of the compute: a plan wastes no more than all but this share
REFINEMENTS = 4  # each narrows the bracket by the number of budgets


@dataclass(frozen=True)
class Settled:
    """Size, tokens, loss and total compute, all (n_sets,)."""

    N: FloatArray
    D: FloatArray
    loss: FloatArray
    total: FloatArray


def settle(problem: Problem, request: Request) -> Settled:
    """The answer of the question a request asks, for every parameter set."""
    total = question_for(request).compute(problem, request)
    best = problem.best(np.where(np.isfinite(total), total, np.nan))
    return Settled(best.N, best.D, best.loss, problem.total(best.N, best.D))


def wasted(problem: Problem, N: float, D: float) -> tuple[float, float]:
    """(extra loss, share of the compute wasted) of a run under the first parameter set.

    The least compute that reaches the run's loss is read off the frontier, refined a few times.
    """
    point = problem.only(slice(0, 1))
    n, d = np.array([N]), np.array([D])
    loss = float(point.loss(n[:, None], d[:, None])[0, 0])
    total = float(point.total(n, d)[0])
    tiled = replace(point, sets=np.repeat(point.sets, FRONTIER, axis=0))
    low, high = np.log(total * DEEPEST), np.log(total)
    extra = 0.0
    for step in range(REFINEMENTS):
        grid = np.linspace(low, high, FRONTIER)
        reached = tiled.best(np.exp(grid), exact=False).loss
        if step == 0:
            extra = max(loss - float(reached[-1]), 0.0)
        enough = np.flatnonzero(reached <= loss * (1.0 + 1e-12))
        first = int(enough[0]) if len(enough) else FRONTIER - 1
        low, high = float(grid[max(first - 1, 0)]), float(grid[first])
    return extra, float(1.0 - np.exp(0.5 * (low + high)) / total)
