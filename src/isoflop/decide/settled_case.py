"""From the plan to its case: a decoder of the size, a vocabulary, and its place on the machines."""

from __future__ import annotations

from math import log2

from isoflop.core.errors import PlanError, UsageError
from isoflop.core.flops import Shape
from isoflop.decide.architecture.vocabulary import best_vocabularies, middle_vocabulary
from isoflop.decide.case import Case
from isoflop.decide.demand import Demand
from isoflop.decide.hardware.search import Found
from isoflop.decide.model_shape import shapes_near
from isoflop.decide.placing import placed
from isoflop.decide.plan import Plan
from isoflop.decide.plan_run import problem_of
from isoflop.decide.question import Request
from isoflop.decide.rate_rules import advice_for
from isoflop.fit.fit import Fit

FIRST_VOCAB = 65_536  # entries of the shape from which the vocabulary is advised; assumption
NO_FIGURE = "E581"  # a figure of the chip is missing, or was never checked


def case_of(fit: Fit, demand: Demand, request: Request, plan: Plan) -> Case:
    """The case of a plan, with a decoder of its size."""
    N, D, C = (plan.optimum[name].value for name in ("N", "D", "C"))
    return Case(
        N=N,
        D=D,
        C=C,
        loss=plan.loss.value,
        problem=problem_of(fit, request),
        shape=_shape(fit, demand, N, C),
        tokenised=demand.tokenised,
        evidence=demand.evidence,
        machines=demand.machines,
        days=demand.days,
        unique=request.unique_tokens,
        max_epochs=request.max_epochs,
        served=demand.limits.inference_tokens,
    )


def _shape(fit: Fit, demand: Demand, N: float, C: float) -> Shape:
    context, vocab = demand.tokenised.context, demand.tokenised.vocab
    first = shapes_near(N, vocab=vocab or _first_vocab(N), context=context, counts=fit.counts)[0]
    if vocab is not None:
        return first.shape
    routes = best_vocabularies(float(first.non_embedding), first.shape.d, C)
    again = {"vocab": middle_vocabulary(routes), "context": context, "counts": fit.counts}
    try:
        return shapes_near(N, **again)[0].shape  # type: ignore[arg-type]
    except PlanError:  # a vocabulary that leaves no room for layers
        return first.shape


def _first_vocab(N: float) -> int:
    """A vocabulary that leaves small models some layers."""
    return FIRST_VOCAB if N > 1e9 else 32_768 if N > 5e7 else 4_096


def placed_case(case: Case) -> tuple[Found | None, str]:
    """(layouts on the machines, figure of the chip that is missing); None without either."""
    if case.machines is None:
        return None, ""
    try:
        return placed(case.shape, sequences_of(case), case.D, case.machines), ""
    except UsageError as error:
        if error.code != NO_FIGURE:
            raise
        return None, error.what


def sequences_of(case: Case) -> int:
    """The advised batch in sequences, a power of two."""
    batch = advice_for(case)[0].batch
    assert batch is not None
    return max(int(2 ** round(log2(batch / case.tokenised.context))), 1)
