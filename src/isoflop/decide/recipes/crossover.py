"""Where the loss curves of two recipes cross, and which is better at a target compute."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.decide.recipes.path import Path

GRID = 400  # catalogue X90: points on the log grid
BEYOND = 100.0  # catalogue X90: two decades beyond the fitted range
SURE = 0.9  # catalogue X90: probability for a verdict
REACH = 30.0  # catalogue X90: times the largest measured compute
FEW = 0.5  # assumption: below this share of resamples a crossing is not much of one


@dataclass(frozen=True)
class Crossing:
    """One crossing of the point fits.

    Attributes
    ----------
    compute : FLOP
    lo, hi : interval over the resamples that cross near it; None without any
    share : of the resamples that cross in the same direction
    better_above : the recipe with the lower loss beyond it
    """

    compute: float
    lo: float | None
    hi: float | None
    share: float
    better_above: str

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "compute": self.compute,
            "lo": self.lo,
            "hi": self.hi,
            "share": self.share,
            "better_above": self.better_above,
        }


@dataclass(frozen=True)
class Crossover:
    """What two laws say of each other.

    Attributes
    ----------
    target : FLOP
    losses : of the two at the target
    gap : loss of the first less that of the second at the target, with interval
    probability : of the first having the lower loss there; None without resamples
    reach : target over the largest compute both were measured at
    """

    names: tuple[str, str]
    crossings: tuple[Crossing, ...]
    target: float
    losses: tuple[float, float]
    gap: tuple[float, float | None, float | None]
    probability: float | None
    reach: float
    level: float

    @property
    def better(self) -> str | None:
        """The recipe to take at the target; None while that is undecided."""
        if self.probability is None or self.reach > REACH:
            return None
        if self.probability >= SURE:
            return self.names[0]
        return self.names[1] if self.probability <= 1.0 - SURE else None

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        gap, lo, hi = self.gap
        return {
            "recipes": list(self.names),
            "crossings": [crossing.to_dict() for crossing in self.crossings],
            "target": self.target,
            "losses": dict(zip(self.names, self.losses, strict=True)),
            "gap": {"value": gap, "lo": lo, "hi": hi},
            "probability_first_better": self.probability,
            "reach": self.reach,
            "level": self.level,
            "verdict": self.better or "undecided",
        }


def crossover(first: Path, second: Path, target: float, *, level: float = 0.9) -> Crossover:
    """Find all crossings, and compare at the target.

    Parameters
    ----------
    first, second : recipes, each on its own compute-optimal path; draw i of one belongs to draw i
        of the other.
    target : FLOP.
    level : of the intervals.

    Source
    ------
    Catalogue X90: sign changes on a log grid, refined by bracketing.
    """
    grid = grid_of(first, second)
    g = gaps(first, second, grid)
    at = gaps(first, second, np.array([target]))[:, 0]
    drawn = at[1:][np.isfinite(at[1:])]
    lo, hi = _interval(drawn, level)
    return Crossover(
        names=(first.name, second.name),
        crossings=tuple(_crossings(first, second, grid, g, level)),
        target=target,
        losses=(first.loss(target), second.loss(target)),
        gap=(float(at[0]), lo, hi),
        probability=float(np.mean(drawn < 0.0)) if len(drawn) else None,
        reach=target / min(first.measured[1], second.measured[1]),
        level=level,
    )


def grid_of(first: Path, second: Path) -> FloatArray:
    """400 points over both measured ranges and two decades beyond."""
    low = min(first.measured[0], second.measured[0])
    high = max(first.measured[1], second.measured[1])
    return np.geomspace(low / BEYOND, high * BEYOND, GRID)


def gaps(first: Path, second: Path, C: FloatArray) -> FloatArray:
    """Loss of the first less that of the second, (1 + n_draws, n_points), point fits first."""
    one, other = first.losses(C), second.losses(C)
    n = min(len(one), len(other))
    return np.asarray(one[:n] - other[:n])


def _crossings(
    first: Path, second: Path, grid: FloatArray, g: FloatArray, level: float
) -> list[Crossing]:
    from scipy.optimize import brentq

    found = []
    logs = np.log(grid)
    alone = first.only_point(), second.only_point()

    def gap(u: float) -> float:
        return float(gaps(*alone, np.array([np.exp(u)]))[0, 0])

    for j in _changes(g[0]):
        at = float(brentq(gap, logs[j], logs[j + 1], xtol=1e-12))
        rising = bool(g[0, j + 1] > 0.0)
        near = _nearest_in_draws(g[1:], logs, at, rising)
        lo, hi = _interval(near, level)
        found.append(
            Crossing(
                float(np.exp(at)),
                None if lo is None else float(np.exp(lo)),
                None if hi is None else float(np.exp(hi)),
                len(near) / max(len(g) - 1, 1),
                second.name if rising else first.name,
            )
        )
    return found


def _changes(g: FloatArray) -> list[int]:
    """Left ends of the intervals of the grid where the sign changes."""
    positive = g > 0.0
    known = np.isfinite(g[:-1]) & np.isfinite(g[1:])
    return np.flatnonzero(known & (positive[:-1] != positive[1:])).tolist()


def _nearest_in_draws(g: FloatArray, logs: FloatArray, at: float, rising: bool) -> FloatArray:
    """ln C of each draw's own crossing of the same direction nearest to a point."""
    found = []
    for row in g:
        roots = [
            float(logs[j] - row[j] * (logs[j + 1] - logs[j]) / (row[j + 1] - row[j]))
            for j in _changes(row)
            if (row[j + 1] > 0.0) == rising
        ]
        if roots:
            found.append(min(roots, key=lambda u: abs(u - at)))
    return np.array(found)


def _interval(values: FloatArray, level: float) -> tuple[float | None, float | None]:
    if len(values) < 2:
        return None, None
    tail = 50.0 * (1.0 - level)
    lo, hi = np.percentile(values, [tail, 100.0 - tail])
    return float(lo), float(hi)
