"""A benchmark score as the goal: through a downstream law from the loss to the score and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import PlanError, UsageError
from isoflop.decide.monotone_root import monotone_root
from isoflop.decide.plan import Plan
from isoflop.fit.fit import Fit

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


def score_of(fit: Fit | None, plan: Plan) -> Score | None:
    """The score at the plan's loss; None without a law.

    Parameters
    ----------
    fit : law of a score in the loss L, published or fitted.
    """
    if fit is None:
        return None
    _check(fit)
    value = _at(fit, plan.loss.value)
    ends = [end for end in (plan.loss.lo, plan.loss.hi) if end is not None]
    known = sorted(_at(fit, end) for end in ends)
    lo, hi = (known[0], known[-1]) if known else (None, None)
    source = str(fit.provenance.get("source") or fit.law.source)
    return Score(fit.label or fit.law.name, fit.target, value, lo, hi, fit.unit, source)


def target_loss(fit: Fit | None, score: float) -> float:
    """The loss at which a downstream law gives a score.

    Raises
    ------
    UsageError
        E633 without a law of the loss.
    PlanError
        E633 where no loss gives the score.
    """
    if fit is None:
        raise _no_law("no downstream law was given")
    _check(fit)
    loss = monotone_root(lambda at: _at(fit, at) - score, *LOSSES)
    if loss is None:
        ends = sorted(_at(fit, end) for end in LOSSES)
        raise PlanError(
            f"No loss gives {fit.target} {score:g} under {fit.label or fit.law.name}.",
            where=f"--target-score {score:g}",
            matters=f"the law only reaches {ends[0]:.4g} to {ends[1]:.4g}.",
            do="give a score within that range, as the law counts it (an error falls with skill).",
            code="E633",
        )
    return loss


def _check(fit: Fit) -> None:
    if fit.law.inputs != ("L",):
        raise _no_law(f"'{fit.law.name}' is a law of {', '.join(fit.law.inputs)}")


def _at(fit: Fit, loss: float) -> float:
    return float(fit.predict({"L": np.array([loss])}).value[0])


def _no_law(why: str) -> UsageError:
    return UsageError(
        f"A score needs a law that turns the loss into it: {why}.",
        where="--score-law",
        matters="the plan is made in the loss.",
        do="give one: --score-law gadre_error@gadre2024-c4 (isoflop laws lists laws of L).",
        code="E633",
    )
