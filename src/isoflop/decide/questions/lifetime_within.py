"""Which run is cheapest over its life, among those whose training stays within a budget?

Of all runs that nothing beats in loss and total compute (training and serving), this is the one
that uses the whole training budget: a smaller model for longer than the compute-optimal one, its
loss a little higher. The catalogue's L25 fixes the quality instead (``inference_aware``).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.decide.problem import Problem
from isoflop.decide.question import Question, Request

ROUNDS = 4  # each narrows the range 32-fold: to 1e-5 at first, then to 1e-9
WINDOW = 1e-3  # about the first answer, in logs
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

    def within(exact: bool) -> Callable[[Problem, FloatArray], BoolArray]:
        def is_within(one: Problem, log_total: FloatArray) -> BoolArray:
            best = one.best(np.exp(log_total), exact=exact)
            return np.asarray(one.flop_per_nd * best.N * best.D < cap)

        return is_within

    near = problem.border(within(False), np.log(low), np.log(low * MOST_TOTAL), ROUNDS)
    # A search without slopes places the size to 1e-5 only; the last steps need them.
    a, b = np.maximum(near - WINDOW, np.log(low)), near + WINDOW
    return np.asarray(np.exp(problem.border(within(True), a, b, ROUNDS)))


QUESTION = Question(
    name="lifetime_within",
    asks="Which run is cheapest over its life, its training within this budget?",
    applies=applies,
    compute=compute,
)
