"""Which run is cheapest over its life, among those whose training stays within a budget?

Of all runs that nothing beats in loss and total compute (training and serving), this is the one
that uses the whole training budget: a smaller model for longer than the compute-optimal one, its
loss a little higher. The catalogue's L25 fixes the quality instead (``inference_aware``).
"""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.decide.problem import Problem
from isoflop.decide.question import Question, Request

MOST_TOTAL = 1e6  # times the training budget; assumption: served that often, training is nothing


def applies(request: Request) -> bool:
    return request.training_cap is not None


def compute(problem: Problem, request: Request) -> FloatArray:
    """Total compute at which training takes the cap; the cap itself where nothing is served."""
    cap = request.training_cap
    assert cap is not None
    low = np.full(len(problem.sets), cap)
    if problem.serving == 0.0:
        return low

    def is_within(one: Problem, log_total: FloatArray) -> BoolArray:
        best = one.best(np.exp(log_total), exact=False)
        return np.asarray(one.flop_per_nd * best.N * best.D < cap)

    return np.asarray(np.exp(problem.border(is_within, np.log(low), np.log(low * MOST_TOTAL))))


QUESTION = Question(
    name="lifetime_within",
    asks="Which run is cheapest over its life, its training within this budget?",
    applies=applies,
    compute=compute,
)
