"""Loss curves with the learning rate of every step, from a table of logged steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.curves import Curves
from isoflop.core.errors import DataError, unknown_name
from isoflop.laws.course import Course

WarmUp = Literal["apart", "rise"]
LOGGED_RATE = "lr_now"  # what the trainer of this package calls it
_RISING = 1.0 + 1e-9  # a rate that grows less than this is not warm-up


@dataclass(frozen=True)
class Reading:
    """How rates and warm-up are understood.

    Attributes
    ----------
    rate : column with the learning rate of the logged steps; found by itself where None.
    schedules : rates of every step (n_total,), by run; ``""`` for all runs not named. They go
        before the column.
    warmup : ``apart`` leaves the warm-up out of all sums, and hands its area to laws that have a
        place for it; ``rise`` counts it as negative annealing from zero.
    warmup_steps : its length; the first rise of the rates where None.
    size : parameters N of every run; the column ``params`` where None.
    """

    rate: str | None = None
    schedules: Mapping[str, FloatArray] | None = None
    warmup: WarmUp = "apart"
    warmup_steps: int | None = None
    size: float | None = None


@dataclass(frozen=True, eq=False)
class LossCurve:
    """Logged losses of one run, with its course.

    Attributes
    ----------
    losses : (n,) at the steps of the course.
    offset : steps of warm-up before step 1 of the course.
    """

    run_id: str
    course: Course
    losses: FloatArray
    offset: int

    @property
    def steps(self) -> IntArray:
        """Step numbers of the whole run, (n,)."""
        return self.course.steps + self.offset

    def take(self, chosen: IntArray) -> LossCurve:
        """The same run at some of its logged steps."""
        course = replace(self.course, steps=self.course.steps[chosen])
        return replace(self, course=course, losses=self.losses[chosen])

    def thinned(self, points: int, drop_first: float) -> LossCurve:
        """At most this many steps, even in log step, without the first share of the run."""
        total = len(self.course.rates) + self.offset
        late = np.flatnonzero(self.steps > drop_first * total)
        if not len(late):
            return self.take(late)
        steps = self.course.steps[late].astype(np.float64)
        wanted = np.geomspace(steps[0], steps[-1], points)
        nearest = np.searchsorted(np.sqrt(steps[1:] * steps[:-1]), wanted)
        return self.take(late[np.unique(nearest)])


def course_of(
    rates: FloatArray,
    steps: IntArray | None = None,
    *,
    reading: Reading | None = None,
    size: float | None = None,
) -> tuple[Course, int]:
    """The course of a run and the length of the warm-up kept apart from it.

    Parameters
    ----------
    rates : (n_total,) learning rate of every step, warm-up included.
    steps : of the whole run, rising; those of the warm-up are left out.
    """
    reading = reading or Reading()
    size = reading.size if size is None else size
    asked = np.arange(1, len(rates) + 1) if steps is None else steps
    if reading.warmup == "rise":
        return Course.of(rates, asked, before=0.0, size=size), 0
    n = warmup_of(rates) if reading.warmup_steps is None else reading.warmup_steps
    n = min(n, len(rates) - 1)
    later = asked[asked > n] - n
    area = float(rates[:n].sum())
    return Course.of(rates[n:], later, warmup_area=area, size=size), n


def warmup_of(rates: FloatArray) -> int:
    """Steps of the first rise of the rates; the step that reaches the top is not one of them."""
    rising = rates[1:] > rates[:-1] * _RISING
    return int(np.argmin(rising)) if not rising.all() else len(rates) - 1


def loss_curves(curves: Curves, reading: Reading | None = None) -> tuple[LossCurve, ...]:
    """Every run of the table with its course; rows without a loss are passed over.

    Raises
    ------
    DataError
        E535 if the learning rate of a run is not known, or steps or losses are missing.
    UsageError
        E101 for a schedule of a run that is not there, E536 for rates that cannot be.
    """
    reading = reading or Reading()
    for name in reading.schedules or {}:
        if name and name not in curves.run_ids:
            raise unknown_name("run", name, curves.run_ids, "isoflop read FILE --curves --json")
    missing = [name for name in ("step", "loss") if name not in curves.columns]
    if missing:
        raise _unknown(curves, f"The table has no {' and no '.join(missing)}.")
    parts = curves.table.partition_by("run_id", maintain_order=True)
    return tuple(_of_run(curves, part, reading) for part in parts)


def named_runs(
    curves: Sequence[LossCurve], names: Sequence[str]
) -> tuple[tuple[LossCurve, ...], tuple[LossCurve, ...]]:
    """(the others, those named).

    Raises
    ------
    UsageError
        E101 if there is no such run.
    """
    known = [curve.run_id for curve in curves]
    for name in names:
        if name not in known:
            raise unknown_name("run", name, known, "isoflop read FILE --curves --json")
    others = tuple(curve for curve in curves if curve.run_id not in names)
    return others, tuple(curve for curve in curves if curve.run_id in names)


def _of_run(curves: Curves, rows: pl.DataFrame, reading: Reading) -> LossCurve:
    name = str(rows["run_id"][0])
    given = reading.schedules or {}
    known = rows.drop_nulls("loss").filter(pl.col("loss").is_finite() & (pl.col("loss") > 0.0))
    steps = _whole(curves, known, name)
    rates = given.get(name, given.get(""))
    if rates is None:
        rates = _logged(curves, rows, name, reading.rate)
    if not len(steps) or steps[-1] > len(rates):
        last = int(steps[-1]) if len(steps) else 0
        raise _unknown(
            curves, f"Run '{name}' has losses up to step {last}, rates for {len(rates)} steps."
        )
    size = None
    if reading.size is None and "params" in rows.columns and rows["params"].null_count() == 0:
        size = float(rows["params"][0])
    course, offset = course_of(rates, steps, reading=reading, size=size)
    losses = known["loss"].cast(pl.Float64).to_numpy()
    return LossCurve(name, course, losses[steps > offset], offset)


def _whole(curves: Curves, rows: pl.DataFrame, name: str) -> IntArray:
    steps = rows["step"].cast(pl.Float64).to_numpy()
    whole = np.round(steps).astype(np.int64)
    if (np.abs(whole - steps) > 1e-6).any():
        raise _unknown(curves, f"Run '{name}' has steps that are not whole numbers.")
    kept: IntArray = whole
    if (kept < 1).any():
        raise _unknown(curves, f"Run '{name}' has a loss before its first step.")
    return kept


def _logged(curves: Curves, rows: pl.DataFrame, name: str, column: str | None) -> FloatArray:
    """Rates of every step from logged ones, on straight lines between them."""
    column = _rate_column(curves) if column is None else curves.named(column)
    told = rows.drop_nulls(column)
    if not len(told) or not told[column].dtype.is_numeric():
        raise _unknown(curves, f"Run '{name}' logged no numbers in '{column}'.")
    steps = told["step"].cast(pl.Float64).to_numpy()
    rates = told[column].cast(pl.Float64).to_numpy()
    every = np.arange(1.0, float(rows["step"].cast(pl.Float64).to_numpy().max()) + 1.0)
    found = np.interp(every, steps, rates)
    if len(rates) > 1 and rates[1] > rates[0] * _RISING:  # the first log is still in the warm-up
        early = every < steps[0]
        found[early] = rates[0] * every[early] / steps[0]
    return np.asarray(found)


def _rate_column(curves: Curves) -> str:
    """The trainer's column, or a peak rate that is none because it moves within a run."""
    if LOGGED_RATE in curves.columns:
        return LOGGED_RATE
    if "lr" in curves.columns and curves.table["lr"].dtype.is_numeric():
        each = curves.table.group_by("run_id").agg(pl.col("lr").n_unique())
        if (each["lr"] > 1).any():
            return "lr"
    raise _unknown(curves, "No column says the learning rate of the logged steps.")


def _unknown(curves: Curves, what: str) -> DataError:
    return DataError(
        what,
        where=f"{curves.provenance.source} has: {', '.join(curves.columns)}",
        matters="a curve law needs the learning rate of every step up to each loss.",
        do="name the column of rates (--lr COLUMN), or describe the schedule "
        "(--schedule cosine,peak=1e-3,steps=10000,warmup=500).",
        code="E535",
    )
