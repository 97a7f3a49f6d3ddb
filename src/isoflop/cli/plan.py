"""``isoflop plan``: what to train, with intervals, regret and reach."""

from __future__ import annotations

import sys

from isoflop.cli.options import StrictOutput
from isoflop.cli.plan_options import LawOptions, RequestOptions


def plan(
    *,
    source: LawOptions | None = None,
    request: RequestOptions | None = None,
    level: float = 0.9,
    output: StrictOutput | None = None,
) -> None:
    """Plan a training run: size, tokens, loss, and what being wrong costs.

    Parameters
    ----------
    level
        Of the intervals.
    """
    from isoflop.decide.compare_published import compare_for
    from isoflop.decide.plan_run import plan_run
    from isoflop.decide.plan_text import disagreement_text, plan_notes, plan_text
    from isoflop.decide.source import fit_from

    source, asked = source or LawOptions(), request or RequestOptions()
    output = output or StrictOutput()
    if source.law == "all":
        found = compare_for(asked.count("budget"), flop_per_nd=asked.flop_per_nd)
        output.give(found.to_json(), disagreement_text(found))
        return
    result = plan_run(
        fit_from(source.law, source.fit),
        budget=asked.count("budget"),
        target=asked.target_loss,
        inference_tokens=asked.count("inference_tokens"),
        unique_tokens=asked.count("unique_tokens"),
        min_params=asked.count("min_params"),
        max_params=asked.count("max_params"),
        flop_per_nd=asked.flop_per_nd,
        level=level,
    )
    output.give(result.to_json(), plan_text(result))
    sys.stderr.write(plan_notes(result))
    output.exit_if(result.is_far)
