"""How should compute be spent when unique tokens run out?"""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.decide.problem import Problem
from isoflop.decide.question import Question, Request


def applies(request: Request) -> bool:
    goes_alone = request.inference_tokens is None and request.training_cap is None
    return request.unique_tokens is not None and goes_alone


def compute(problem: Problem, request: Request) -> FloatArray:
    if request.budget is not None:
        return np.full(len(problem.sets), request.budget)
    assert request.target is not None
    return problem.needed(np.full(len(problem.sets), request.target))


QUESTION = Question(
    name="data_limited",
    asks="Which size, and how many passes over the unique tokens at hand?",
    applies=applies,
    compute=compute,
)
