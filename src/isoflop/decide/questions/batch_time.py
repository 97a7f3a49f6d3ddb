"""How much time does a larger batch save, and what compute does it waste?

The tokens of the plan are taken to be those needed at the advised batch; other batches reach the
same loss with other steps and tokens, on the hyperbola of B02.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.core.quantities import format_count
from isoflop.decide.case import Case
from isoflop.decide.detail import Answer, Detail, Option
from isoflop.decide.plan import Estimate
from isoflop.decide.rate_rules import advice_for
from isoflop.decide.time_front import front_through, time_front
from isoflop.laws.catalogue import get_published

TIMES = (0.25, 0.5, 2.0, 4.0, 8.0)  # of the advised batch, shown beside it
UNVERIFIED = {  # printed prefactors that could not be checked: shown as examples only
    "cbs_tokens@zhang2024": ("D", 512.0),
    "powerlines_critical@bergsma2025": ("D_min", 1.0),
}


def answer(case: Case) -> Answer:
    own = case.evidence.critical_batch
    critical = own if own is not None else _published("kaplan_critical_batch", {"L": case.loss})
    batch = advice_for(case)[0].batch
    assert batch is not None
    steps_min, tokens_min = front_through(case.D, batch, critical)
    front = time_front(steps_min, tokens_min, batch * np.array(TIMES))
    doubled = time_front(steps_min, tokens_min, np.array([2.0 * batch]))
    saved = 1.0 - float(doubled.steps[0]) * batch / case.D
    extra = float(doubled.tokens[0]) / case.D - 1.0
    rows = zip(TIMES, front.batch, front.steps, front.tokens, strict=True)
    return Answer(
        name="batch and time",
        text=f"Critical batch about {format_count(critical)} tokens; the advised "
        f"{format_count(batch)} wastes {batch / critical:.0%} of the fewest tokens, and twice the "
        f"batch would save {saved:.0%} of the steps and cost {extra:.0%} more compute.",
        basis="own and published" if own is not None else "published",
        values={"critical_batch": Estimate(critical, None, None, "tokens")},
        options=(*(_row(case, batch, *row) for row in rows), *(_examples(case, own))),
        flat="below a quarter of the critical batch time falls almost as the batch grows; beyond "
        "the critical batch each doubling costs more compute than it saves time",
        reach="in the loss of its authors' tokenizer, range of evidence not published"
        if own is None
        else "measured by you",
        sources=("mccandlish2018",) if own is not None else ("mccandlish2018", "kaplan2020"),
        missing=""
        if own is not None
        else "published critical batches differ widely; measure yours: isoflop batch critical, "
        "--critical-batch",
    )


def _published(reference: str, inputs: dict[str, float]) -> float:
    law, found = get_published(reference)
    return float(law.predict(inputs, found.values)[0])


def _examples(case: Case, own: float | None) -> Iterator[Option]:
    if own is not None:
        return
    for name, (symbol, unit) in UNVERIFIED.items():
        value = unit * _published(name, {symbol: case.D})
        words = "critical batch by tokens; its prefactor could not be verified, an example only"
        yield Option(name, {"critical_batch": value}, words)


def _row(
    case: Case, advised: float, times: float, batch: float, steps: float, tokens: float
) -> Option:
    base = case.D / advised
    words = f"{steps / base:.2g}x the steps, {tokens / case.D:.2g}x the tokens and compute"
    if case.machines is not None:
        days = case.machines.days(case.C * tokens / case.D)[0]
        words += f", {days:.3g} days on the same machines"
    values = {"batch_tokens": float(batch), "steps": float(steps), "tokens": float(tokens)}
    return Option(f"{times:g}x the batch", values, words)


QUESTION = Detail(
    name="batch_time",
    asks="How much time does a larger batch save, and what does it waste?",
    order=40,
    answer=answer,
)
