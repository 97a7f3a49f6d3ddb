"""A planning question: when it is asked, and how the compute of its answer is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError
from isoflop.core.members import find_members
from isoflop.decide.problem import Problem

SERVING_SOURCE = "sardana2023"
SERVING_FLOP_PER_ND = 2.0  # FLOP of a forward pass per parameter and token, sardana2023


@dataclass(frozen=True)
class Request:
    """What the user wants and the limits.

    Parameters
    ----------
    budget : training compute, FLOP.
    target : loss to reach, in the unit of the law.
    inference_tokens : processed and generated over the lifetime.
    unique_tokens : tokens at hand before any repeats.
    training_cap : most training compute, FLOP, where the cheapest life within it is asked for.
    max_epochs : passes over the unique tokens that are allowed.
    serving_price : a FLOP of serving over a FLOP of training, in money.
    held : inputs of the law beside size and tokens, at given values.
    """

    budget: float | None = None
    target: float | None = None
    inference_tokens: float | None = None
    unique_tokens: float | None = None
    flop_per_nd: float = 6.0
    min_params: float | None = None
    max_params: float | None = None
    training_cap: float | None = None
    max_epochs: float | None = None
    serving_price: float = 1.0
    held: Mapping[str, float] = field(default_factory=dict)

    @property
    def serving(self) -> float:
        """Served tokens as the training tokens that cost as much."""
        served = (self.inference_tokens or 0.0) * self.serving_price
        return served * SERVING_FLOP_PER_ND / self.flop_per_nd


@dataclass(frozen=True)
class Question:
    """One kind of plan.

    Parameters
    ----------
    asks : the question as one sentence.
    applies : whether a request asks it; exactly one question of the family does.
    compute : (problem, request) -> total compute (n_sets,) to spend; infinite where impossible.
    """

    name: str
    asks: str
    applies: Callable[[Request], bool]
    compute: Callable[[Problem, Request], FloatArray]


def question_for(request: Request) -> Question:
    """The one question a request asks."""
    members = find_members("isoflop.decide.questions", "QUESTION")
    # The other members answer what follows once size and tokens are known (decide.detail).
    sizing = [one for one in members if isinstance(one, Question)]
    found = [question for question in sizing if question.applies(request)]
    assert len(found) == 1, f"{len(found)} questions claim {request}"
    return found[0]


def checked(request: Request) -> Request:
    """The request itself, if it can be asked.

    Raises
    ------
    UsageError
        E403 for a number that is not positive or limits that contradict, E404 unless exactly one
        of budget and target is given.
    """
    for name, value in vars(request).items():
        if name != "held" and value is not None and not 0.0 < value < float("inf"):
            raise UsageError(
                f"{name} is {value:g}; it must be positive and finite.",
                where=name,
                matters="nothing was planned.",
                do=f"give {name} as a positive number such as 1e21 or 7B.",
                code="E403",
            )
    goals = (request.budget, request.target, request.training_cap)
    if sum(goal is not None for goal in goals) != 1:
        given = "neither was" if goals == (None, None, None) else "both were"
        raise UsageError(
            f"A plan needs a budget or a target loss; {given} given.",
            where="budget, target",
            matters="the one follows from the other.",
            do="give one: --budget 1e22 (FLOP), or --target-loss 2.1.",
            code="E404",
        )
    if request.max_epochs is not None and request.unique_tokens is None:
        raise UsageError(
            "A limit on passes needs the unique tokens they go over.",
            where="max_epochs",
            matters="it would be ignored.",
            do="give --unique-tokens too.",
            code="E403",
        )
    least, most = request.min_params, request.max_params
    if least is not None and most is not None and least > most:
        raise UsageError(
            f"The smallest size allowed, {least:g}, is above the largest, {most:g}.",
            where="min_params, max_params",
            matters="no size meets both.",
            do="widen one of the limits.",
            code="E403",
        )
    return request
