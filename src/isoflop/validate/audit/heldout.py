"""The backtest of an audited fit: its law, its objective and its axes on its runs."""

from __future__ import annotations

from collections.abc import Callable

from isoflop.core.errors import UsageError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.validate.backtest import backtest
from isoflop.validate.trust import Trust

RESAMPLES = 50  # a card shows coverage and error to two digits


def backtest_of(
    fit: Fit | None, runs: Runs, progress: Callable[[int, int], None] | None = None
) -> Trust:
    """Forecast withheld larger runs as the fit would have.

    Raises
    ------
    UsageError
        E599 if there is no fit; further errors as :func:`isoflop.validate.backtest.backtest`.
    """
    if fit is None:
        raise UsageError(
            "A held-out error needs a fit.",
            where="--heldout",
            matters="it is the law of the fit that is tested.",
            do="add --fit fit.json, or leave --heldout out.",
            code="E599",
        )
    return backtest(
        runs,
        fit.law,
        objective=fit.objective,
        resamples=RESAMPLES,
        seed=fit.seed,
        axes=fit.axes,
        target=fit.target,
        progress=progress,
    )
