"""The one further run that would narrow the gap between two recipes at a target the most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.decide.recipes.crossover import gaps
from isoflop.decide.recipes.path import Path

SCALES = (0.03, 0.1, 0.3, 1.0)  # of the largest measured compute: candidates cost no more
SHIFTS = (0.25, 1.0, 4.0)  # of the optimal size, at equal compute


@dataclass(frozen=True)
class NextRun:
    """A run worth making.

    Attributes
    ----------
    cut : share of the width of the gap at the target that it would remove, 0-1
    """

    recipe: str
    N: float
    D: float
    cut: float

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "recipe": self.recipe,
            "N": self.N,
            "D": self.D,
            "C": 6.0 * self.N * self.D,
            "cut": self.cut,
        }


def next_run(first: Path, second: Path, target: float) -> NextRun | None:
    """The candidate with the largest linearised reduction; None without resamples.

    The draws stand for the doubt: a run whose log loss goes along with the gap at the target says
    most about it. Its own noise is that of the residuals.
    """
    gap = gaps(first, second, np.array([target]))[1:, 0]
    width = float(np.var(gap))
    if len(gap) < 3 or not width > 0.0:
        return None
    best: NextRun | None = None
    for path in (first, second):
        N, D = _candidates(path)
        logs = path.log_losses_at(N, D)[: len(gap)]
        cut = _reduction(gap, logs, path.fit.noise) / width
        top = int(np.argmax(cut))
        narrower = 1.0 - float(np.sqrt(max(1.0 - cut[top], 0.0)))
        if best is None or narrower > best.cut:
            best = NextRun(path.name, float(N[top]), float(D[top]), narrower)
    return best


def _candidates(path: Path) -> tuple[FloatArray, FloatArray]:
    sizes, tokens = [], []
    for scale in SCALES:
        C = scale * path.measured[1]
        N, D = path.optimum(C)
        sizes += [N * shift for shift in SHIFTS]
        tokens += [D / shift for shift in SHIFTS]
    return np.array(sizes), np.array(tokens)


def _reduction(gap: FloatArray, logs: FloatArray, noise: float) -> FloatArray:
    """Fall of the variance of the gap by measuring each column of logs, (n_candidates,)."""
    centred = logs - logs.mean(axis=0)
    shared = (gap - gap.mean()) @ centred / len(gap)
    return np.asarray(shared**2 / (centred.var(axis=0) + noise**2 + 1e-30))
