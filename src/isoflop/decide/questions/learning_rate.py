"""Which peak learning rate, batch and weight decay?"""

from __future__ import annotations

from math import log2

from isoflop.core.quantities import format_count
from isoflop.decide.case import Case
from isoflop.decide.detail import Answer, Detail, Option, beyond
from isoflop.decide.plan import Estimate
from isoflop.decide.rate_rules import Advice, advice_for
from isoflop.laws.rate.powerlines_decay import RULE as DECAY

FLAT = (
    "near the best pair the loss is flat: steplaw2025 and deepseek2024 count settings within "
    "0.25% of the best loss as equal, and those span about a factor two in either"
)


def answer(case: Case) -> Answer:
    found = advice_for(case)
    chosen = found[0]
    assert chosen.lr is not None
    assert chosen.batch is not None
    sequences = max(1, 2 ** round(log2(chosen.batch / case.tokenised.context)))
    tokens = float(sequences * case.tokenised.context)
    decay = DECAY(N=case.N, D=case.D, B=tokens, lr=chosen.lr)
    rates = [one.lr for one in found if one.lr is not None and not one.own]
    batches = [one.batch for one in found if one.batch is not None and not one.own]
    lr_span = chosen.lr_span or (min(rates), max(rates))
    batch_span = chosen.batch_span or (min(batches), max(batches))
    weight_decay = float(decay["weight_decay"])
    return Answer(
        name="learning rate, batch, weight decay",
        text=f"Peak learning rate {chosen.lr:.2g}, {sequences} sequences of "
        f"{case.tokenised.context} ({format_count(tokens)} tokens) a step, "
        f"{format_count(round(case.D / tokens))} steps, weight decay {weight_decay:.2g} if the "
        f"rate falls linearly to zero; by {chosen.label}.",
        basis="own and published" if chosen.own else "published",
        values={
            "lr": Estimate(chosen.lr, *lr_span, "1"),
            "batch_tokens": Estimate(tokens, *batch_span, "tokens"),
            "steps": Estimate(case.D / tokens, None, None, "1"),
            "weight_decay": Estimate(weight_decay, None, None, "1"),
        },
        options=tuple(_option(one) for one in found[1:]),
        flat=FLAT + ("" if chosen.own else "; the intervals are the band of the published rules"),
        reach=_reach(chosen),
        sources=(*dict.fromkeys(one.source for one in found if one.source), "bergsma2025"),
        missing="" if chosen.own else "a sweep over both at small sizes: isoflop rate fit, --rates",
    )


def _option(one: Advice) -> Option:
    values = {"lr": one.lr, "batch_tokens": one.batch}
    return Option(one.label, {k: v for k, v in values.items() if v is not None}, one.price)


def _reach(chosen: Advice) -> str:
    if chosen.reach is None:
        return "range of evidence not published"
    return beyond(chosen.reach, 0.0, 1.0, "size or tokens")


QUESTION = Detail(
    name="learning_rate",
    asks="Which peak learning rate, batch and weight decay?",
    order=30,
    answer=answer,
)
