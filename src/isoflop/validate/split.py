"""What a split is: a quantity, and thresholds on it below which a law may learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.compute import FLOP_PER_PARAMETER_TOKEN
from isoflop.core.errors import DataError, UsageError, unknown_name
from isoflop.core.members import find_members
from isoflop.core.quantities import format_count, parse_count
from isoflop.core.runs import Runs

RUNG = 1.25  # assumption: values within 25% are one rung; porian2024 matches IsoFLOP slices to 10%
HELD_OUT_RUNGS = 3  # assumption: with fewer, a bend cannot be told from noise
TRAINING_RUNGS = 2  # one rung has no slope
SHARES = (0.4, 0.55, 0.7, 0.8, 0.9)  # assumption: share of the runs a rolling fit may see


@dataclass(frozen=True)
class Split:
    """A quantity to order the runs by.

    Parameters
    ----------
    column : canonical column; compute falls back to 6ND where it is absent.
    words : its name in a sentence.
    """

    name: str
    column: str
    words: str

    def values(self, runs: Runs) -> FloatArray:
        """The quantity of every run, (n_runs,), positive.

        Raises
        ------
        DataError
            E320 if the table has no such quantity, or a value is not positive.
        """
        found = known_values(runs, self.column)
        if found is None:
            raise DataError(
                f"The runs have no {self.words} to split by.",
                where=f"{runs.provenance.source} has: {', '.join(runs.columns)}",
                matters="a backtest needs to know which runs come last.",
                do="map a column to it, or choose another --split.",
                code="E320",
            )
        bad = np.flatnonzero(~(np.isfinite(found) & (found > 0)))
        if len(bad):
            raise DataError(
                f"The {self.words} of {len(bad)} runs is not positive.",
                where=f"{runs.provenance.source}, row {runs.rows[bad[0]]}",
                matters="reach is a ratio, so it needs positive values.",
                do=f"leave these rows out: --where '{self.column}>0'",
                code="E320",
            )
        return found

    def thresholds(self, runs: Runs, given: Sequence[float | str] = ()) -> tuple[float, ...]:
        """Thresholds in rising order: those given, checked, or rolling ones.

        Raises
        ------
        UsageError
            E321 if a threshold leaves no run on one of its sides.
        """
        values = self.values(runs)
        if not given:
            return rolling_thresholds(values, self.words)
        chosen = tuple(sorted({_threshold(item) for item in given}))
        for threshold in chosen:
            below = int(np.sum(values <= threshold))
            if below in (0, len(values)):
                low, high = format_count(float(values.min())), format_count(float(values.max()))
                raise UsageError(
                    f"The threshold {format_count(threshold)} leaves "
                    f"{'nothing to learn from' if below == 0 else 'nothing to forecast'}.",
                    where=f"{self.words} of the runs: {low} to {high}",
                    matters="a backtest needs runs on both sides.",
                    do="choose a threshold inside this range, or leave it out for rolling ones.",
                    code="E321",
                )
        return chosen


def _threshold(given: float | str) -> float:
    try:
        return parse_count(given)
    except DataError as error:
        raise UsageError(
            error.what,
            where=f"threshold {given}",
            matters="nothing was forecast.",
            do="write a positive number such as 1e21 or 7B.",
            code=error.code,
        ) from error


def splits() -> tuple[Split, ...]:
    """Every split, in order of name."""
    return cast("tuple[Split, ...]", find_members("isoflop.validate.splits", "SPLIT"))


def get_split(name: str) -> Split:
    """A split by name.

    Raises
    ------
    UsageError
        If there is none of this name.
    """
    known = {split.name: split for split in splits()}
    if name not in known:
        raise unknown_name("split", name, known, "isoflop validate --help")
    return known[name]


def known_values(runs: Runs, name: str) -> FloatArray | None:
    """A column, or 6ND for compute that is not in the table; None if it cannot be known."""
    if runs.has(name):
        return runs.values(name)
    if name in ("flops", "C") and runs.has("params") and runs.has("tokens"):
        return FLOP_PER_PARAMETER_TOKEN * runs.values("params") * runs.values("tokens")
    return None


def rungs(values: FloatArray) -> IntArray:
    """Rung of each value, 0 the lowest, (n_runs,): a rung ends 25% above its lowest value."""
    order = np.argsort(values, kind="stable")
    labels = np.zeros(len(values), dtype=np.int64)
    start, rung = float(values[order[0]]), 0
    for index in order:  # a loop, because where a rung starts depends on where the last one ended
        if values[index] > start * RUNG:
            start, rung = float(values[index]), rung + 1
        labels[index] = rung
    return labels


def rolling_thresholds(values: FloatArray, words: str = "quantity") -> tuple[float, ...]:
    """Ends of rungs at several shares of the runs, each with at least 3 rungs held out.

    Where there are too few rungs for that, one threshold that holds out as many as possible.

    Raises
    ------
    UsageError
        E321 if all values are one rung.
    """
    labels = rungs(values)
    top = int(labels.max())
    if top == 0:
        raise UsageError(
            f"All runs have nearly the same {words}.",
            where=f"{len(values)} runs within {RUNG - 1:.0%}",
            matters="there is nothing to extrapolate to.",
            do="add runs at other scales, or choose another --split.",
            code="E321",
        )
    wanted = {int(labels[values <= np.quantile(values, share)].max()) for share in SHARES}
    usable = sorted(r for r in wanted if TRAINING_RUNGS - 1 <= r <= top - HELD_OUT_RUNGS)
    fallback = min(max(top - HELD_OUT_RUNGS, TRAINING_RUNGS - 1), top - 1)
    return tuple(float(values[labels == rung].max()) for rung in usable or [fallback])
