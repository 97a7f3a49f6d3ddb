"""What is the least compute that reaches a loss?"""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.decide.problem import Problem
from isoflop.decide.question import Question, Request


def applies(request: Request) -> bool:
    only_training = request.inference_tokens is None and request.unique_tokens is None
    return request.target is not None and only_training


def compute(problem: Problem, request: Request) -> FloatArray:
    assert request.target is not None
    return problem.needed(np.full(len(problem.sets), request.target))


QUESTION = Question(
    name="target_loss",
    asks="What is the least training compute that reaches this loss?",
    applies=applies,
    compute=compute,
)
