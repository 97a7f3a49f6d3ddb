"""Whether more pre-training data of one kind will help a translation task (isik2024)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from isoflop.core.errors import DataError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective

HUBER = 0.1  # isik2024 entry, of ln BLEU; recalled
LEAST_RUNS = 5  # three parameters, one held out, one to spare


@dataclass(frozen=True)
class Alignment:
    """What score and loss say together.

    Attributes
    ----------
    verdict : aligned (the law forecast the largest run within seed noise: extrapolate),
        misaligned (the score fell somewhere while the loss did too: stop adding this data),
        undecided (neither)
    held_out_error : of the score at the most data, relative; None if the score is not monotone
    fit : of all runs, for the forecast of aligned data; None if the score is not monotone
    """

    verdict: Literal["aligned", "misaligned", "undecided"]
    held_out_error: float | None
    largest_fall: float
    fit: Fit | None


def pretraining_alignment(runs: Runs, score: str, seed_sd: float) -> Alignment:
    """Judge pre-training data by a task's score beside its loss.

    Parameters
    ----------
    runs : one row per amount of pre-training data: tokens, loss and the score.
    score : column of the score, for instance ``score/bleu``.
    seed_sd : relative standard deviation of the score between seeds.

    Raises
    ------
    DataError
        E559 with fewer than five runs.
    """
    if len(runs) < LEAST_RUNS:
        raise DataError(
            f"{len(runs)} runs cannot show whether the data is aligned.",
            where=runs.provenance.source,
            matters="a law of three parameters is fitted to all but the largest run.",
            do=f"fine-tune from {LEAST_RUNS} amounts of pre-training data or more.",
            code="E559",
        )
    ordered = runs.take(np.argsort(runs.values("tokens"), kind="stable"))
    seen, losses = ordered.values(score), ordered.values("loss")
    falls = np.maximum.accumulate(seen)[:-1] / seen[1:] - 1.0
    fall = float(np.max(np.maximum(falls, 0.0)))
    noise = 2.0 * np.sqrt(2.0) * seed_sd  # two standard deviations of a difference of two runs
    if fall > noise:
        while_loss_falls = bool(losses[-1] < losses[0])
        return Alignment("misaligned" if while_loss_falls else "undecided", None, fall, None)
    earlier, last = ordered.take(np.arange(len(runs) - 1)), ordered.take([len(runs) - 1])
    half = _fit(earlier, score)
    error = float(half.predict(half.inputs_of(last)).value[0]) / float(seen[-1]) - 1.0
    verdict: Literal["aligned", "undecided"] = "aligned" if abs(error) <= seed_sd else "undecided"
    return Alignment(verdict, error, fall, _fit(ordered, score))


def _fit(runs: Runs, score: str) -> Fit:
    objective = Objective("huber_log", HUBER)
    return fit_law(runs, "bleu_log_power", target=score, objective=objective, resamples=0)
