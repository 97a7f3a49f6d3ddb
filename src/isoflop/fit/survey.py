"""Every law of the catalogue that a table can carry, fitted; for the others, why not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from isoflop.core.errors import IsoflopError, UsageError
from isoflop.core.files import canonical_json
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import RESAMPLES, fit_law
from isoflop.laws.catalogue import all_laws, family_of, get_law
from isoflop.laws.law import Law

FREE_AXES = ("flops", "tokens", "params")  # what x may stand for, the first that varies
SAME = 1e-9  # relative spread below which a column has one value


@dataclass(frozen=True)
class Surveyed:
    """One law on one table.

    Attributes
    ----------
    fit : None where the law could not be fitted; ``reason`` says why.
    error : median relative distance of the rows from the law, in sample.
    seconds : of the fit with its resamples.
    """

    law: str
    family: str
    fit: Fit | None
    reason: str | None
    error: float | None
    seconds: float


@dataclass(frozen=True)
class Survey:
    """All laws on one table, fitted ones first, the closest at the top."""

    target: str
    laws: tuple[Surveyed, ...]

    @property
    def fitted(self) -> tuple[Surveyed, ...]:
        """Laws that could be fitted, the closest first; closeness in sample decides nothing."""
        done = [item for item in self.laws if item.fit is not None]
        return tuple(sorted(done, key=lambda item: (item.error or 0.0, item.law)))

    @property
    def left_out(self) -> tuple[Surveyed, ...]:
        """Laws that could not, by name."""
        return tuple(item for item in self.laws if item.fit is None)

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON; no clock in it."""
        return {
            "kind": "isoflop-survey",
            "target": self.target,
            "fitted": [
                {"law": s.law, "family": s.family, "median_error": s.error, "fit": s.fit.to_dict()}
                for s in self.fitted
                if s.fit is not None
            ],
            "left_out": [{"law": s.law, "reason": s.reason} for s in self.left_out],
        }

    def to_json(self) -> str:
        """One JSON document."""
        return canonical_json(self.to_dict())


def survey(
    runs: Runs,
    *,
    target: str = "loss",
    laws: Sequence[str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    workers: int | Executor = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Survey:
    """Fit every law that predicts a column of the table from columns it has.

    Parameters
    ----------
    target : column to predict; laws of another target are left out.
    laws : names to try; the whole catalogue by default.
    workers : processes, or an executor of processes that several surveys share.

    Raises
    ------
    UsageError
        E311 if no law applies.
    """
    names = [law.name for law in all_laws()] if laws is None else list(laws)
    reasons = {name: why_not(get_law(name), runs, target) for name in names}
    tried = [name for name in names if reasons[name] is None]
    if not tried:
        raise UsageError(
            f"No law of the catalogue predicts '{target}' from the columns of this table.",
            where=f"{runs.provenance.source}, columns {', '.join(runs.columns[:12])}",
            matters="nothing was fitted.",
            do="name the columns when reading (--map), or the target; isoflop laws lists inputs.",
            code="E311",
        )
    found = {name: _left_out(name, reason) for name, reason in reasons.items() if reason}
    for done, item in enumerate(_fitted(runs, tried, resamples, seed, workers), start=1):
        found[item.law] = item
        if progress is not None:
            progress(done, len(tried))
    return Survey(target, tuple(found[name] for name in names))


def why_not(law: Law, runs: Runs, target: str) -> str | None:
    """What keeps a law from being fitted to a table; None if nothing does."""
    if law.target != target:
        return f"predicts {law.target}"
    if not runs.has(target):
        return f"the table has no {target}"
    for symbol in law.inputs:
        column = law.axis(symbol).column
        if symbol == "x":
            if free_axis(runs) is None:
                return "nothing varies that x could stand for"
        elif symbol in law.vectors:
            if not any(name.startswith(column.removesuffix("*")) for name in runs.columns):
                return f"the table has no column {column}"
        elif not runs.has(column):
            return f"the table has no {column}"
    return None


def free_axis(runs: Runs) -> str | None:
    """The column a one-axis law is fitted along: compute, else tokens, else size."""
    for column in FREE_AXES:
        if runs.has(column):
            values = runs.values(column)
            if float(np.ptp(values)) > SAME * float(np.max(values)):
                return column
    return None


def _left_out(name: str, reason: str) -> Surveyed:
    return Surveyed(name, family_of(get_law(name)), None, reason, None, 0.0)


def _fitted(
    runs: Runs, names: Sequence[str], resamples: int, seed: int, workers: int | Executor
) -> Iterator[Surveyed]:
    # Laws of many parameters take longest: first, so that no process is left alone with them.
    ordered = sorted(names, key=lambda name: -len(get_law(name).parameters))
    if isinstance(workers, Executor):
        # Fits travel as documents: a law holds functions, which do not cross processes.
        jobs = [workers.submit(_fit_one, runs, name, resamples, seed) for name in ordered]
        yield from (_read_back(job.result()) for job in as_completed(jobs))
    elif workers > 1:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield from _fitted(runs, names, resamples, seed, pool)
    else:
        yield from (_read_back(_fit_one(runs, name, resamples, seed)) for name in ordered)


def _fit_one(
    runs: Runs, name: str, resamples: int, seed: int
) -> tuple[str, str | None, str | None, float]:
    """Name, document, reason, seconds."""
    law = get_law(name)
    column = free_axis(runs)
    axes = {"x": column} if "x" in law.inputs and column is not None else {}
    begin = time.perf_counter()
    try:
        fit = fit_law(runs, law, axes=axes, resamples=resamples, seed=seed)
    except IsoflopError as error:
        return name, None, error.what.rstrip("."), time.perf_counter() - begin
    return name, fit.to_json(), None, time.perf_counter() - begin


def _read_back(answer: tuple[str, str | None, str | None, float]) -> Surveyed:
    name, document, reason, seconds = answer
    if document is None:
        return Surveyed(name, family_of(get_law(name)), None, reason, None, seconds)
    fit = Fit.from_json(document)
    error = float(np.median(np.abs(fit.residuals)))
    return Surveyed(name, family_of(fit.law), fit, None, error, seconds)
