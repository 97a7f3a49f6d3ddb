"""Runs on the lower convex hull of loss against compute, for frontier laws (nezhurina2025)."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import FitError
from isoflop.core.runs import Runs

FEWEST = 6  # points on the hull; nezhurina2025


def hull(C: FloatArray, loss: FloatArray) -> IntArray:
    """Indices of the lower convex hull in (ln C, ln loss), from cheap to best.

    Only its falling part: a dearer run that is not better is dominated.

    Parameters
    ----------
    C, loss : (n_runs,), positive.
    """
    x, y = np.log(C), np.log(loss)
    order = np.lexsort((y, x))
    kept: list[int] = []
    for i in order.tolist():
        if kept and y[i] >= y[kept[-1]]:
            continue  # dominated: no better at more compute
        while len(kept) > 1 and _turns_up(x, y, kept[-2], kept[-1], i):
            kept.pop()
        kept.append(i)
    return np.array(kept, dtype=np.int64)


def pareto_runs(runs: Runs, target: str = "loss", compute: str = "flops") -> Runs:
    """The runs on the hull.

    Raises
    ------
    FitError
        E330 with fewer than six.
    """
    kept = hull(runs.values(compute), runs.values(target))
    if len(kept) < FEWEST:
        raise FitError(
            f"Only {len(kept)} of {len(runs)} runs are on the lower convex hull.",
            where=f"{target} against {compute}",
            matters="a law of the frontier needs points of it.",
            do=f"add runs until {FEWEST} are on the hull, or fit a law of size and tokens.",
            code="E330",
        )
    return runs.take(kept).noted(f"{len(runs) - len(kept)} runs above the lower hull left out")


def _turns_up(x: FloatArray, y: FloatArray, a: int, b: int, c: int) -> bool:
    """Whether b lies on or above the line from a to c."""
    rise = (y[b] - y[a]) * (x[c] - x[a])
    return bool(rise >= (y[c] - y[a]) * (x[b] - x[a]))
