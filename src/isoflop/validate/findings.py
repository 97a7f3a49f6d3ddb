"""What to be wary of in a backtest: sentences one can act on, each with a code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.explain import Finding
from isoflop.core.runs import Runs
from isoflop.validate.score import Forecast, Score
from isoflop.validate.selection import Selection
from isoflop.validate.split import HELD_OUT_RUNGS, rungs
from isoflop.validate.verdict import Verdict

DOUBT = 2.0  # standard errors below nominal before coverage is called short
FAR = 8.0  # robust standard deviations of the errors, as for residuals of a fit; assumption
MAD_OF_NORMAL = 0.6745  # median absolute deviation of a standard normal
LED = 0.5  # assumption: runs that make over half of the mean error decide the verdict
NAMED = 5
LOPSIDED = 0.8  # assumption: bias above this share of the mean error is systematic


@dataclass(frozen=True)
class Backtested:
    """All a finding may look at."""

    selection: Selection
    verdict: Verdict
    score: Score
    failures: Mapping[str, tuple[str, ...]]
    assumed: tuple[str, ...]
    runs: Runs


def findings(done: Backtested, best: Sequence[Forecast]) -> tuple[Finding, ...]:
    """Every finding, in order of code."""
    found = [
        *_led_by_few(best),
        *_few_rungs(best),
        *_short_coverage(done, best),
        *_assumed(done),
        *_ties(done),
        *_failures(done),
        *_lopsided(done),
    ]
    return tuple(sorted(found, key=lambda finding: finding.code))


def _led_by_few(best: Sequence[Forecast]) -> Iterator[Finding]:
    """A diverged run or one in another unit can make most of the mean error all alone."""
    rows = np.concatenate([item.rows for item in best])
    error = np.concatenate([item.relative_error for item in best])
    size = np.abs(error - np.median(error))
    far = np.unique(rows[size > FAR * float(np.median(size)) / MAD_OF_NORMAL])
    rest, mean = np.abs(error[~np.isin(rows, far)]), float(np.mean(np.abs(error)))
    if not len(far) or not len(rest) or float(np.mean(rest)) > LED * mean:
        return
    named = ", ".join(f"row {row} ({_largest(error[rows == row]):+.1%})" for row in far[:NAMED])
    more = f" and {len(far) - NAMED} more" if len(far) > NAMED else ""
    few = "one run makes" if len(far) == 1 else f"{len(far)} runs make"
    yield Finding(
        "W304",
        f"{few} most of the error: {named}{more}. On all others it is {np.mean(rest):.2%} on "
        f"average, not {mean:.2%}. Look for divergence, an early stop or another unit.",
    )


def _largest(error: FloatArray) -> float:
    return float(error[np.argmax(np.abs(error))])


def _few_rungs(best: Sequence[Forecast]) -> Iterator[Finding]:
    counts = [int(rungs(item.reach).max()) + 1 for item in best]
    if min(counts) < HELD_OUT_RUNGS:
        yield Finding(
            "W400",
            f"only {min(counts)} rungs are held out at one threshold; the verdict rests on little. "
            "Add runs at larger scales, or a lower --threshold.",
        )


def _short_coverage(done: Backtested, best: Sequence[Forecast]) -> Iterator[Finding]:
    distinct = len(np.unique(np.concatenate([item.rows for item in best])))
    short = {
        level: covered
        for level, covered in done.score.coverage.items()
        if covered < level - DOUBT * float(np.sqrt(level * (1.0 - level) / distinct))
    }
    if short:
        levels = ", ".join(f"{level:.0%}" for level in short)
        covered = ", ".join(f"{share:.0%}" for share in short.values())
        yield Finding(
            "W401",
            f"the {levels} intervals covered {covered} of the held-out runs; "
            "read them as too narrow.",
        )


def _assumed(done: Backtested) -> Iterator[Finding]:
    if done.assumed:
        yield Finding(
            "W402",
            f"too few runs to learn the extrapolation error for {', '.join(done.assumed)}; "
            "a cautious default widens the intervals.",
        )


def _ties(done: Backtested) -> Iterator[Finding]:
    if done.selection.ties:
        yield Finding(
            "W403",
            f"{done.selection.best} cannot be told from {', '.join(done.selection.ties)} on the "
            "held-out runs; compare their forecasts at your target.",
        )


def _failures(done: Backtested) -> Iterator[Finding]:
    texts = [text for texts in done.failures.values() for text in texts]
    if texts:
        fits = "1 fit was" if len(texts) == 1 else f"{len(texts)} fits were"
        yield Finding("W404", f"{fits} not possible: {texts[0]}")


def _lopsided(done: Backtested) -> Iterator[Finding]:
    bias, mean = done.score.bias, done.score.are_mean
    if abs(bias) > LOPSIDED * mean and mean > 0 and done.score.n_test > 2:
        side = "high" if bias > 0 else "low"
        yield Finding(
            "W405",
            f"forecasts of {done.selection.best} were too {side} nearly throughout "
            f"(bias {bias:+.2%}); the form bends away from the runs.",
        )
