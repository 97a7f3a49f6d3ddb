"""Which size is cheapest over its life, training and serving together?

Serving D_inf tokens costs 2*N*D_inf, so a life costs k*N*(D + 2*D_inf/k): the least total compute
for a loss is found as for training alone, with every token budget shifted (catalogue L25).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.decide.problem import Problem
from isoflop.decide.question import Question, Request


def applies(request: Request) -> bool:
    return request.inference_tokens is not None and request.training_cap is None


def compute(problem: Problem, request: Request) -> FloatArray:
    return problem.needed(quality(problem, request))


def quality(problem: Problem, request: Request) -> FloatArray:
    """The loss to reach (n_sets,): the target, or what the budget reaches without serving."""
    if request.target is not None:
        return np.full(len(problem.sets), request.target)
    assert request.budget is not None
    training = replace(problem, serving=0.0)
    return training.best(np.full(len(problem.sets), request.budget)).loss


QUESTION = Question(
    name="inference_aware",
    asks="Which size is cheapest over training and serving together?",
    applies=applies,
    compute=compute,
)
