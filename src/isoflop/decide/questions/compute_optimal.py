"""Which size and how many tokens give the lowest loss for a training budget?"""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.decide.problem import Problem
from isoflop.decide.question import Question, Request


def applies(request: Request) -> bool:
    only_training = request.inference_tokens is None and request.unique_tokens is None
    return request.budget is not None and only_training


def compute(problem: Problem, request: Request) -> FloatArray:
    assert request.budget is not None
    return np.full(len(problem.sets), request.budget)


QUESTION = Question(
    name="compute_optimal",
    asks="Which size and how many tokens give the lowest loss for this training compute?",
    applies=applies,
    compute=compute,
)
