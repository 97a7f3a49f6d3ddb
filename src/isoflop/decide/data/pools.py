"""How many pools of data to train on at a budget: quality against repetition (X17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import PlanError
from isoflop.decide.monotone_root import monotone_root
from isoflop.fit.pool_utility import Pool, PoolFit
from isoflop.laws.passes import UNIT, halved, over_passes


@dataclass(frozen=True)
class PoolChoice:
    """Error of the union of the best 1, 2, ... pools at one budget, and the best of them."""

    n: float
    errors: tuple[float, ...]
    pools: tuple[str, ...]


def union_error(fit: PoolFit, pools: Sequence[Pool], n: float) -> float:
    """Error after n samples drawn uniformly from a union of pools of one size.

    A pool among p is seen p times less often: its half-life grows p times; the utility of a pass is
    the mean over the pools (qqt2024 code).

    Raises
    ------
    PlanError
        E547 if the pools differ in size, or the form has no such rule.
    """
    p = len(pools)
    if fit.form != "qqt" or np.ptp([pool.size for pool in pools]) > 1e-6 * pools[0].size:
        raise PlanError(
            "The rule for unions holds for pools of one size under the written law.",
            where=f"form {fit.form}, sizes {', '.join(f'{pool.size:g}' for pool in pools)}",
            matters="with other sizes the pools are not seen equally often.",
            do="cut the pools at equal numbers of samples, and fit form 'qqt'.",
            code="E547",
        )

    def term(j: float, before: float, after: float) -> float:
        utility = sum(pool.b * halved(j, p * pool.tau) for pool in pools) / p
        return float(utility * (np.log(after) - np.log(before)))

    size = p * pools[0].size / UNIT
    gain = over_passes(np.asarray(n / UNIT), np.asarray(size), term, zeroth=1.0)
    return float(fit.a * np.exp(gain) + fit.d)


def best_pools(fit: PoolFit, n: float) -> PoolChoice:
    """Which of the best pools to join at a budget of n samples."""
    errors = [union_error(fit, fit.pools[:k], n) for k in range(1, len(fit.pools) + 1)]
    chosen = fit.pools[: int(np.argmin(errors)) + 1]
    return PoolChoice(n, tuple(errors), tuple(pool.name for pool in chosen))


def threshold(fit: PoolFit, k: int, within: tuple[float, float]) -> float | None:
    """Samples beyond which k + 1 pools are better than k; None if not within.

    The gap between both is followed on a grid to its first change of sign, then solved.
    """

    def gap(n: float) -> float:
        return union_error(fit, fit.pools[: k + 1], n) - union_error(fit, fit.pools[:k], n)

    grid = np.geomspace(*within, 200)
    signs = np.sign([gap(float(n)) for n in grid])
    change = np.flatnonzero((signs[:-1] > 0.0) & (signs[1:] <= 0.0))
    if not len(change):
        return None
    return monotone_root(gap, float(grid[change[0]]), float(grid[change[0] + 1]))
