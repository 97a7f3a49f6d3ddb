"""How often may the unique tokens be repeated, and what is a repeat worth?"""

from __future__ import annotations

import numpy as np

from isoflop.core.explain import Finding
from isoflop.core.quantities import format_count
from isoflop.decide.case import Case
from isoflop.decide.detail import Answer, Detail, Option
from isoflop.decide.plan import Estimate, estimate
from isoflop.decide.plan_findings import TRUSTED_EPOCHS
from isoflop.fit.fit import Fit

GOOD = 0.8  # of a fresh token; assumption: a repeat this good needs no second thought
FULL = 0.95  # of the unique tokens: little is left to choose from
PASSES = (1.0, 2.0, 4.0, 8.0, 16.0)
LAW = "muennighoff@muennighoff2023"
DECAY = "R_D"  # repetitions after which a token is worth 1/e


def answer(case: Case) -> Answer | None:
    unique = case.unique
    if unique is None:
        return None
    fit = case.evidence.repetition or Fit.published(LAW)
    half = fit.values.get(DECAY)
    passes = case.D / unique
    worth = None if half is None else effective(passes, half)
    own = case.evidence.repetition is not None
    return Answer(
        name="epochs and unique tokens",
        text=_text(case.D, unique, passes, worth),
        basis="own fit" if own else "published",
        values={
            "epochs": Estimate(passes, None, None, "1"),
            **_worth(fit, unique, passes),
        },
        options=() if half is None else tuple(_option(one, unique, half) for one in PASSES),
        flat="" if half is None else _worthwhile(half),
        reach="" if own else "fitted to runs on C4; R_D depends on weight decay and dropout",
        sources=("muennighoff2023",),
        findings=tuple(_findings(case, passes)),
        missing=""
        if own
        else "runs over few unique tokens: isoflop fit --law muennighoff, --repetition-fit",
    )


def effective(passes: float, half: float) -> float:
    """Effective over unique tokens: 1 + R*(1 - exp(-(passes - 1)/R)) (muennighoff2023)."""
    again = max(passes - 1.0, 0.0)
    return min(passes, 1.0) + half * (1.0 - float(np.exp(-again / half)))


def _worthwhile(half: float) -> str:
    passes = 1.0 + half * float(np.log(1.0 / GOOD))
    return f"a token of the last pass is worth {GOOD:.0%} of a fresh one up to {passes:.2g} passes"


def _text(tokens: float, unique: float, passes: float, worth: float | None) -> str:
    if passes <= 1.0:
        return (
            f"No token is repeated: the run takes {passes:.0%} of the {format_count(unique)} "
            "unique tokens" + ("; keep the best of them." if passes < FULL else ".")
        )
    said = "" if worth is None else f", worth {format_count(worth * unique)} fresh ones"
    return (
        f"{passes:.3g} passes over {format_count(unique)} unique tokens: "
        f"{format_count(tokens)} tokens{said}."
    )


def _worth(fit: Fit, unique: float, passes: float) -> dict[str, Estimate]:
    """Effective tokens with their interval; none under a law without this parameter."""
    if DECAY not in fit.values:
        return {}
    value = unique * effective(passes, fit.values[DECAY])
    column = fit.draws[:, fit.law.parameter_names.index(DECAY)]
    draws = np.array([unique * effective(passes, float(half)) for half in column])
    return {"effective_tokens": estimate(np.array([value, *draws]), fit.level, "tokens")}


def _option(passes: float, unique: float, half: float) -> Option:
    worth = effective(passes, half)
    last = float(np.exp(-(passes - 1.0) / half))
    return Option(
        f"{passes:g} pass{'' if passes == 1.0 else 'es'}",
        {"tokens": passes * unique, "effective_tokens": worth * unique},
        f"a token of the last pass is worth {last:.0%} of a fresh one",
    )


def _findings(case: Case, passes: float) -> list[Finding]:
    if passes > TRUSTED_EPOCHS and case.evidence.dropout == 0.0:
        text = (
            f"{passes:.3g} passes without dropout: repeats degrade large models, and dropout is "
            "the one strong remedy known; tune it again for this size (catalogue X25)."
        )
        return [Finding("W630", text)]
    return []


QUESTION = Detail(
    name="epochs",
    asks="How often are the unique tokens repeated, and what is a repeat worth?",
    order=60,
    answer=answer,
)
