"""The compute-optimal frontier: best size, tokens and loss over a range of budgets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from isoflop.core.arrays import FloatArray
from isoflop.decide.plan import span
from isoflop.decide.plan_run import problem_of
from isoflop.decide.question import Request
from isoflop.fit.fit import Fit


@dataclass(frozen=True)
class Band:
    """A curve with its interval, all (n_budgets,); lo and hi are None without an ensemble."""

    value: FloatArray
    lo: FloatArray | None
    hi: FloatArray | None


@dataclass(frozen=True)
class Frontier:
    """Best size, tokens and loss at each budget (n_budgets,) FLOP."""

    budgets: FloatArray
    N: Band
    D: Band
    loss: Band
    level: float
    label: str


def frontier(
    fit: Fit,
    budgets: ArrayLike,
    *,
    unique_tokens: float | None = None,
    flop_per_nd: float = 6.0,
    level: float = 0.9,
) -> Frontier:
    """The compute-optimal frontier with intervals.

    Parameters
    ----------
    budgets : (n_budgets,) FLOP.
    unique_tokens : as in :func:`plan_run`.
    """
    flop = np.atleast_1d(np.asarray(budgets, dtype=float))
    request = Request(budget=1.0, unique_tokens=unique_tokens, flop_per_nd=flop_per_nd)
    problem = problem_of(fit, request)
    found = [problem.best(np.full(len(problem.sets), one)) for one in flop]
    return Frontier(
        budgets=flop,
        N=_band([best.N for best in found], level),
        D=_band([best.D for best in found], level),
        loss=_band([best.loss for best in found], level),
        level=level,
        label=fit.label or fit.law.name,
    )


def _band(columns: list[FloatArray], level: float) -> Band:
    value = np.array([column[0] for column in columns])
    if not columns or len(columns[0]) < 2:
        return Band(value, None, None)
    ends = [span(column[1:], level) for column in columns]
    lo, hi = np.array(ends, dtype=float).T
    return Band(value, lo, hi)
