"""``isoflop plan``: what to train, with intervals, regret and reach."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from isoflop.cli.options import StrictOutput
from isoflop.cli.plan_options import LawOptions, RequestOptions
from isoflop.cli.whole_plan_options import WholeOptions

if TYPE_CHECKING:
    from isoflop.fit.fit import Fit


def plan(
    *,
    source: LawOptions | None = None,
    request: RequestOptions | None = None,
    whole: WholeOptions | None = None,
    level: float = 0.9,
    output: StrictOutput | None = None,
) -> None:
    """Plan a training run: size, tokens, loss, and what being wrong costs.

    With machines, a goal, a page or --whole every further question of the run is answered too.

    Parameters
    ----------
    level
        Of the intervals.
    """
    from isoflop.decide.compare_published import compare_for
    from isoflop.decide.plan_run import plan_for
    from isoflop.decide.plan_text import disagreement_text, plan_notes, plan_text
    from isoflop.decide.source import fit_from

    source, asked = source or LawOptions(), request or RequestOptions()
    output, more = output or StrictOutput(), whole or WholeOptions()
    if source.law == "all":
        found = compare_for(asked.count("budget"), flop_per_nd=asked.flop_per_nd)
        output.give(found.to_json(), disagreement_text(found))
        return
    fit = fit_from(source.law, source.fit)
    if more.is_asked:
        _whole(fit, asked, more, level, output)
        return
    result = plan_for(fit, asked.request(), level=level)
    output.give(result.to_json(), plan_text(result))
    sys.stderr.write(plan_notes(result))
    output.exit_if(result.is_far)


def _whole(
    fit: Fit, asked: RequestOptions, more: WholeOptions, level: float, output: StrictOutput
) -> None:
    from isoflop.core.files import write_atomic
    from isoflop.decide.whole_plan import whole_plan
    from isoflop.decide.whole_text import whole_notes, whole_text
    from isoflop.show.plan_page import plan_html

    result = whole_plan(fit, more.demand(asked.request()), level=level)
    if more.page is not None:
        write_atomic(more.page, plan_html(result))
    output.give(result.to_json(), whole_text(result))
    sys.stderr.write(whole_notes(result))
    output.exit_if(result.plan.is_far)
