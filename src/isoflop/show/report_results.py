"""What the report shows beside the fit: a backtest and a plan, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from isoflop.core.errors import IsoflopError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.show.frontier import flop_per_parameter_token
from isoflop.show.report_sections import headline
from isoflop.show.words import Result, document_of


@dataclass(frozen=True)
class Gathered:
    """A backtest and a plan where the runs and the law allow them.

    Parameters
    ----------
    missing : why one is absent, one sentence each.
    """

    trust: Result | None
    plan: Result | None
    missing: tuple[str, ...]


def gather(runs: Runs, fit: Fit, budget: float, *, resamples: int) -> Gathered:
    """Backtest the law of a fit and plan for a budget; what is impossible is said, not hidden."""
    from isoflop.decide.plan_run import plan_run
    from isoflop.validate.backtest import backtest

    trust: Result | None = None
    plan: Result | None = None
    missing = []
    try:
        trust = backtest(runs, [fit.law], resamples=resamples, seed=fit.seed)
    except IsoflopError as error:
        missing.append(f"No backtest [{error.code}]: {error.what}")
    try:
        plan = plan_run(fit, budget=budget, flop_per_nd=flop_per_parameter_token(runs))
    except IsoflopError as error:
        missing.append(f"No plan [{error.code}]: {error.what}")
    return Gathered(trust, plan, tuple(missing))


def answer_line(fit: Fit, found: Gathered) -> str:
    """The answer and the verdict in one or two sentences."""
    verdict = document_of(found.trust).get("verdict", {}).get("text")
    first = headline(fit, document_of(found.plan))
    return f"{first}\n{verdict}" if verdict else first
