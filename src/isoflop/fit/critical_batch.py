"""Critical batch of every group of runs that reached one loss, by every method, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError, FitError, UsageError, unknown_name
from isoflop.core.explain import Finding
from isoflop.core.members import find_members
from isoflop.core.quantities import format_count
from isoflop.core.runs import Runs, name_rows
from isoflop.fit.critical.method import Method, Study
from isoflop.fit.critical_fit import CriticalBatch, fit_critical
from isoflop.fit.critical_flags import flags
from isoflop.fit.critical_growth import Growth, growth

STILL_LINEAR = 1.1  # assumption: a batch within 10% of the fewest tokens so far is still linear
LEAST_BATCHES = 3


@dataclass(frozen=True)
class Group:
    """Runs of one size that reached one loss.

    Attributes
    ----------
    params, loss : None where the table has no such column, or not for every run.
    found : by method name.
    failed : {method: reason}
    """

    params: float | None
    loss: float | None
    study: Study
    found: dict[str, CriticalBatch]
    failed: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def tokens(self) -> float:
        """Fewest tokens any batch needed."""
        return float(self.study.tokens.min())

    @property
    def label(self) -> str:
        """Size and loss in a few characters."""
        size = "" if self.params is None else format_count(self.params)
        return f"{size} to {self.loss:g}" if self.loss is not None else size or "all runs"


@dataclass(frozen=True)
class CriticalBatches:
    """Every group, and how each method's critical batch grows with tokens.

    Attributes
    ----------
    growth : by method, None with fewer than three values.
    left_out : rows in groups of fewer than three batches.
    """

    groups: tuple[Group, ...]
    growth: dict[str, Growth | None]
    left_out: int

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        from isoflop.fit.critical_document import plain

        return plain(self)


def critical_methods() -> dict[str, Method]:
    """Every method by name."""
    members = find_members("isoflop.fit.critical", "METHOD")
    return {member.name: member for member in members if isinstance(member, Method)}


def critical_batches(
    runs: Runs,
    methods: Sequence[str] = (),
    *,
    linear_batch: float | None = None,
    level: float = 0.9,
) -> CriticalBatches:
    """Critical batches of runs that were stopped at a loss.

    Parameters
    ----------
    runs : batch_tokens and steps of every run; runs of equal params and loss are one group. Of
        several runs at a batch (learning rates) the one with the fewest steps counts.
    methods : all by default.
    linear_batch : tokens; where linear scaling is extrapolated from (the 20% rule). By default the
        largest batch within 10% of the fewest tokens of the batches up to it.

    Raises
    ------
    UsageError
        E100 for a level that is none, E101 for an unknown method, E532 for a linear batch outside
        the batches of a group.
    DataError
        E531 without batches or steps, or where they are not positive.
    FitError
        E530 when no group has three batches.
    """
    known = critical_methods()
    for name in methods:
        if name not in known:
            raise unknown_name("method", name, known, "isoflop batch critical --help")
    if not 0.0 < level < 1.0:
        raise UsageError(
            f"{level:g} is no level of an interval.",
            where="--level",
            matters="nothing was computed.",
            do="give a share between 0 and 1, such as 0.9.",
            code="E100",
        )
    chosen = [known[name] for name in methods or known]
    groups, left_out = [], 0
    for key, part in _grouped(runs).items():
        study = _study(part, linear_batch)
        if len(study.batch) < LEAST_BATCHES:
            left_out += len(part)
            continue
        groups.append(_group(key, part, study, chosen, level))
    if not groups:
        raise FitError(
            "No size has three batches that reached the same loss.",
            where=f"{len(runs)} runs, grouped by params and loss",
            matters="a critical batch is read off the steps to one loss at several batches.",
            do="stop runs at a target loss, and give it as the loss of every row.",
            code="E530",
        )
    return CriticalBatches(
        tuple(groups), {m.name: _growth(groups, m.name, level) for m in chosen}, left_out
    )


def linear_start(batch: FloatArray, steps: FloatArray) -> float:
    """The largest batch that still scales linearly: (n,) rising batches and their steps."""
    tokens = batch * steps
    linear = tokens <= STILL_LINEAR * np.minimum.accumulate(tokens)
    return float(batch[np.flatnonzero(np.cumprod(linear))[-1]])


def _group(
    key: tuple[float | None, float | None],
    part: Runs,
    study: Study,
    methods: Sequence[Method],
    level: float,
) -> Group:
    found, failed = {}, {}
    for method in methods:
        try:
            found[method.name] = fit_critical(method, study, level=level)
        except FitError as error:
            failed[method.name] = error.what
    rates = part.values("lr") if "lr" in part.columns and _complete(part, "lr") else None
    return Group(*key, study, found, failed, tuple(flags(study, found.values(), rates)))


def _study(part: Runs, linear_batch: float | None) -> Study:
    batch, steps = part.values("batch_tokens"), part.values("steps")
    sizes = np.unique(batch)
    least = np.array([steps[batch == size].min() for size in sizes])
    if linear_batch is not None and not sizes[0] <= linear_batch < sizes[-1]:
        raise UsageError(
            f"The linear batch of {format_count(linear_batch)} tokens lies outside the batches.",
            where=f"batches of {format_count(float(sizes[0]))} to {format_count(float(sizes[-1]))}",
            matters="linear scaling is extrapolated from a batch that was tried to larger ones.",
            do="name a batch within those tried, or leave --linear-batch out.",
            code="E532",
        )
    return Study(sizes, least, linear_start(sizes, least) if linear_batch is None else linear_batch)


def _grouped(runs: Runs) -> dict[tuple[float | None, float | None], Runs]:
    for column in ("batch_tokens", "steps"):
        if not runs.has(column):
            raise DataError(
                f"The runs have no {column}.",
                where=f"columns {', '.join(runs.columns)}",
                matters="a critical batch is read off the steps each batch needs.",
                do=f"name the column: --map {column}=COLUMN.",
                code="E531",
            )
        values = runs.values(column)
        bad = runs.rows[~(np.isfinite(values) & (values > 0.0))]
        if len(bad):
            raise DataError(
                f"{column} is not positive in {len(bad)} of {len(runs)} runs.",
                where=f"{runs.provenance.source}, {name_rows(bad.tolist())}",
                matters="steps and batches are compared in logs.",
                do=f"leave these rows out: --where '{column}>0'.",
                code="E531",
            )
    columns = [
        runs.values(c) if c in runs.columns and _complete(runs, c) else None
        for c in ("params", "loss")
    ]
    keys = [
        tuple(None if column is None else float(column[i]) for column in columns)
        for i in range(len(runs))
    ]
    ordered = sorted(set(keys), key=str)
    ordered = sorted(ordered, key=lambda key: tuple(-1.0 if v is None else v for v in key))
    return {(key[0], key[1]): runs.take(np.array([k == key for k in keys])) for key in ordered}


def _complete(runs: Runs, column: str) -> bool:
    return runs.table[column].null_count() == 0


def _growth(groups: Sequence[Group], method: str, level: float) -> Growth | None:
    values = [(g.tokens, g.found[method].value) for g in groups if method in g.found]
    usable = [(tokens, value) for tokens, value in values if value is not None]
    return growth(
        np.array([tokens for tokens, _ in usable]),
        np.array([value for _, value in usable]),
        level=level,
    )
