"""A benchmark score as the goal: through a downstream law from the loss to the score and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import PlanError, UsageError
from isoflop.decide.monotone_root import monotone_root
from isoflop.decide.plan import Plan
from isoflop.laws.catalogue import get_published
from isoflop.laws.law import Law, Published

LOSSES = (1.0, 10.0)  # nat/token searched; assumption: any model of text lies between


@dataclass(frozen=True)
class Score:
    """What the plan's loss means on a benchmark.

    Attributes
    ----------
    lo, hi : by the interval of the loss alone; the law's own doubt is not in it
    """

    law: str
    target: str
    value: float
    lo: float | None
    hi: float | None
    unit: str
    source: str

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return dict(vars(self))


def score_of(reference: str | None, plan: Plan) -> Score | None:
    """The score at the plan's loss; None without a law."""
    if reference is None:
        return None
    law, found = _downstream(reference)
    ends = [plan.loss.value, plan.loss.lo, plan.loss.hi]
    value, *others = (None if end is None else _at(law, found, end) for end in ends)
    assert value is not None
    known = sorted(one for one in others if one is not None)
    lo, hi = (known[0], known[-1]) if known else (None, None)
    return Score(f"{law.name}@{found.name}", law.target, value, lo, hi, found.unit, found.source)


def target_loss(reference: str | None, score: float) -> float:
    """The loss at which a downstream law gives a score.

    Raises
    ------
    UsageError
        E633 without a law of the loss.
    PlanError
        E633 where no loss gives the score.
    """
    if reference is None:
        raise _no_law("no downstream law was given")
    law, found = _downstream(reference)
    loss = monotone_root(lambda at: _at(law, found, at) - score, *LOSSES)
    if loss is None:
        ends = sorted(_at(law, found, end) for end in LOSSES)
        raise PlanError(
            f"No loss gives {law.target} {score:g} under {reference}.",
            where=f"--target-score {score:g}",
            matters=f"the law only reaches {ends[0]:.4g} to {ends[1]:.4g}.",
            do="give a score within that range, as the law counts it (an error falls with skill).",
            code="E633",
        )
    return loss


def _downstream(reference: str) -> tuple[Law, Published]:
    law, found = get_published(reference)
    if law.inputs != ("L",):
        raise _no_law(f"'{law.name}' is a law of {', '.join(law.inputs)}")
    return law, found


def _at(law: Law, found: Published, loss: float) -> float:
    return float(law.predict({"L": np.array([loss])}, found.values)[0])


def _no_law(why: str) -> UsageError:
    return UsageError(
        f"A score needs a law that turns the loss into it: {why}.",
        where="--score-law",
        matters="the plan is made in the loss.",
        do="give one: --score-law gadre_error@gadre2024-c4 (isoflop laws lists laws of L).",
        code="E633",
    )
