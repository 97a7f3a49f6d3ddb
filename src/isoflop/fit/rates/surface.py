"""What a learning rate and batch cost: the loss between the runs of a cell.

At a setting, a quadratic in (ln lr, ln batch) is fitted to the nearest runs, weighted by a
tricube of their distance; its value there is the loss. A grid point is thus smoothed over its
neighbours, and a setting between grid points is not rounded to one of them. Distances are in
steps of the grid. A setting beyond the runs is judged at the nearest covered one, so its penalty
is a lower bound, and said to be one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.rates.cells import Cell
from isoflop.fit.rates.vertex import quadratic

NEIGHBOURS = 12  # assumption: twice the coefficients
MIN_LEVELS = 3  # distinct rates and batches that a quadratic needs
MIN_RUNS = 9  # assumption: a 3 x 3 grid
FINE = 81  # points along an axis when the best rate at a batch is looked up


@dataclass(frozen=True)
class Penalty:
    """Relative excess of the loss at a setting over the best run of its cell.

    Attributes
    ----------
    value : 0.001 is one per mille; slightly negative where the best run was lucky.
    inside : whether the runs surround the setting; otherwise the value is a lower bound.
    """

    value: float
    inside: bool


@dataclass(frozen=True)
class Surface:
    """The loss of a cell between its runs; points are (n_runs, 2) in steps of the grid."""

    cell: Cell
    steps: FloatArray
    points: FloatArray
    loss: FloatArray
    neighbours: int

    def penalty(self, lr: float, batch: float) -> Penalty:
        """Of one setting; batch in tokens."""
        asked = np.log([lr, batch]) / self.steps
        at, inside = _covered(asked, self.points)
        return Penalty(self._loss(at) / self.cell.best - 1.0, inside)

    def best_rate(self, batch: float) -> float:
        """Best learning rate at a batch, on a fine grid over the rates tried."""
        rates = np.geomspace(self.cell.lr.min(), self.cell.lr.max(), FINE)
        found = [self.penalty(float(lr), batch).value for lr in rates]
        return float(rates[int(np.argmin(found))])

    def error(self, near: float) -> float:
        """Median relative miss of runs near the best when each is predicted from the others."""
        chosen = np.flatnonzero(self.loss <= (1.0 + near) * self.cell.best)
        misses = []
        for i in chosen:
            rest = np.arange(len(self.loss)) != i
            other = Surface(
                self.cell, self.steps, self.points[rest], self.loss[rest], self.neighbours
            )
            misses.append(abs(other._loss(self.points[i]) / self.loss[i] - 1.0))
        return float(np.median(misses))

    def _loss(self, at: FloatArray) -> float:
        distance = np.hypot(*(self.points - at).T)
        nearest = np.argsort(distance, kind="stable")[: self.neighbours]
        reach = max(float(distance[nearest].max()) * 1.001, 1e-9)
        weight = np.sqrt((1.0 - (distance[nearest] / reach) ** 3) ** 3)
        x, y = (self.points[nearest] - at).T
        columns = quadratic(x, y) * weight[:, None]
        solution = np.linalg.lstsq(columns, self.loss[nearest] * weight, rcond=None)[0]
        return float(solution[0])


def surface_of(cell: Cell, neighbours: int = NEIGHBOURS) -> Surface | None:
    """The surface of a cell; None where it has fewer than nine runs or three rates or batches."""
    runs = cell.bowl
    levels = [np.unique(np.log(axis)) for axis in (runs.lr, runs.batch)]
    if len(runs.loss) < MIN_RUNS or min(map(len, levels)) < MIN_LEVELS:
        return None
    steps = np.array([float(np.median(np.diff(level))) for level in levels])
    points = np.log(np.stack([runs.lr, runs.batch], axis=1)) / steps
    return Surface(cell, steps, points, runs.loss, neighbours)


def _covered(at: FloatArray, points: FloatArray) -> tuple[FloatArray, bool]:
    """The nearest setting within the hull of the runs, and whether it is the one asked for."""
    from scipy.spatial import ConvexHull

    hull = ConvexHull(points)
    if (hull.equations @ [*at, 1.0] <= 1e-9).all():
        return at, True
    start, end = points[hull.simplices].transpose(1, 0, 2)
    along = end - start
    share = np.sum((at - start) * along, axis=1) / np.sum(along * along, axis=1)
    nearest = start + np.clip(share, 0.0, 1.0)[:, None] * along
    return nearest[int(np.argmin(np.hypot(*(nearest - at).T)))], False
