"""``isoflop plan``: what to train, with intervals, regret and reach."""

from __future__ import annotations

import sys
from pathlib import Path


def plan(
    *,
    law: str | None = None,
    fit: Path | None = None,
    budget: str | None = None,
    target_loss: float | None = None,
    inference_tokens: str | None = None,
    unique_tokens: str | None = None,
    min_params: str | None = None,
    max_params: str | None = None,
    flop_per_nd: float = 6.0,
    level: float = 0.9,
    strict: bool = False,
    json: bool = False,
    out: Path | None = None,
) -> None:
    """Plan a training run: size, tokens, loss, and what being wrong costs.

    Parameters
    ----------
    law
        Published coefficients, chinchilla@besiroglu2024; or all, to compare every published set.
    fit
        A fit of your own, as isoflop fit --out saves it.
    budget
        Training compute in FLOP: 1e22. With --inference-tokens it sets the quality instead.
    target_loss
        Loss to reach with the least compute.
    inference_tokens
        Tokens served over the lifetime: 5T.
    unique_tokens
        Tokens at hand before any repeats: 25B.
    min_params
        Smallest size allowed: 1B.
    max_params
        Largest size allowed: 70B.
    flop_per_nd
        Training FLOP per parameter and token.
    level
        Of the intervals.
    strict
        Exit 1 if the plan lies more than ten times beyond the evidence.
    json
        Print one JSON document.
    out
        Save that document to this file.
    """
    from isoflop.core.files import write_atomic
    from isoflop.core.quantities import parse_count
    from isoflop.decide.compare_published import compare_for
    from isoflop.decide.plan_run import plan_run
    from isoflop.decide.plan_text import disagreement_text, plan_notes, plan_text
    from isoflop.decide.source import fit_from

    def count(text: str | None) -> float | None:
        return None if text is None else parse_count(text)

    if law == "all":
        found = compare_for(count(budget), flop_per_nd=flop_per_nd)
        document, text, notes, is_far = found.to_json(), disagreement_text(found), "", False
    else:
        result = plan_run(
            fit_from(law, fit),
            budget=count(budget),
            target=target_loss,
            inference_tokens=count(inference_tokens),
            unique_tokens=count(unique_tokens),
            min_params=count(min_params),
            max_params=count(max_params),
            flop_per_nd=flop_per_nd,
            level=level,
        )
        document, text, notes = result.to_json(), plan_text(result), plan_notes(result)
        is_far = result.is_far
    if out is not None:
        write_atomic(out, document)
    sys.stdout.write(document if json else text)
    sys.stderr.write(notes)
    if strict and is_far:
        sys.exit(1)
