"""A target along one axis, ready for tests of its shape."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import DataError
from isoflop.core.runs import Runs

LEAST_VALUES = 6  # distinct places on the axis; fewer cannot tell a break from noise
LEAST_RUNS = 8  # a broken law has six numbers and the noise
SAME = 0.02  # places closer than this, in ln x, are one place


@dataclass(frozen=True, eq=False)
class Series:
    """Points in rising order of x.

    Attributes
    ----------
    x, y : (n,), x positive
    falls : whether the target is expected to fall: losses do, scores rise
    relative : whether noise is a share of the target (losses) or a level (scores)
    place : (n,) number of the place on the axis, from 0; points of one place are repeats
    """

    axis: str
    target: str
    x: FloatArray
    y: FloatArray
    falls: bool
    relative: bool
    place: IntArray

    @property
    def log_x(self) -> FloatArray:
        """ln of x over its geometric mean, (n,)."""
        logs = np.log(self.x)
        return np.asarray(logs - logs.mean())

    @property
    def n_places(self) -> int:
        """Distinct places on the axis."""
        return int(self.place[-1]) + 1

    @property
    def why_not(self) -> str | None:
        """Why no shape can be tested; None where it can."""
        if self.n_places < LEAST_VALUES:
            return f"{self.n_places} distinct values of {self.axis}, {LEAST_VALUES} are needed"
        if len(self.x) < LEAST_RUNS:
            return f"{len(self.x)} runs, {LEAST_RUNS} are needed"
        return None

    def inner(self, beyond: int) -> FloatArray:
        """Places in ln x where the curve may turn: ``beyond`` places or more on either side."""
        logs = self.log_x
        means = np.array([logs[self.place == i].mean() for i in range(self.n_places)])
        low, high = means[beyond - 1], means[-beyond]
        return np.linspace(low, high, 2 * len(means[beyond - 1 : -beyond]) + 3)

    def at(self, log_x: float) -> float:
        """x at a place in ``log_x``."""
        return float(np.exp(log_x + np.log(self.x).mean()))


def series_from(
    axis: str, target: str, x: FloatArray, y: FloatArray, *, falls: bool, relative: bool
) -> Series:
    """Sort the points and number their places; x must be positive."""
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    return Series(axis, target, x, y, falls, relative, _places(np.log(x)))


def series_of(
    runs: Runs, axis: str, target: str, *, falls: bool | None = None, best: bool = False
) -> Series:
    """A column against another.

    Parameters
    ----------
    falls : expected direction; scores rise, all else falls, when None.
    best : keep only the best run of each place: the frontier.

    Raises
    ------
    DataError
        E598 if the axis is not positive or there are too few values; E213, E216, E217 of columns.
    """
    x, y = runs.values(axis), runs.values(target)
    if not (np.isfinite(x) & (x > 0)).all() or not np.isfinite(y).all():
        raise _untestable(runs, axis, "values that are not positive or not finite")
    down = not target.startswith("score/") if falls is None else falls
    relative = not target.startswith("score/") and bool((y > 0).all())
    found = series_from(axis, target, x, y, falls=down, relative=relative)
    chosen = _best(found) if best else found
    if chosen.why_not is not None:
        raise _untestable(runs, axis, chosen.why_not)
    return chosen


def _places(logs: FloatArray) -> IntArray:
    place = np.zeros(len(logs), dtype=np.int64)
    start = logs[0]
    for i in range(1, len(logs)):  # a place depends on where the last one began
        is_new = logs[i] - start > SAME
        place[i] = place[i - 1] + int(is_new)
        start = logs[i] if is_new else start
    return place


def _best(series: Series) -> Series:
    pick = np.argmin if series.falls else np.argmax
    groups = [np.flatnonzero(series.place == i) for i in range(series.n_places)]
    chosen = np.array([group[pick(series.y[group])] for group in groups])
    return replace(series, x=series.x[chosen], y=series.y[chosen], place=np.arange(series.n_places))


def _untestable(runs: Runs, axis: str, why: str) -> DataError:
    return DataError(
        f"The trend along '{axis}' cannot be tested: {why}.",
        where=f"{runs.provenance.source}, {len(runs)} rows",
        matters="a shape that nobody could have seen is not thereby absent.",
        do="name another axis, or add runs at further values of it.",
        code="E598",
    )
