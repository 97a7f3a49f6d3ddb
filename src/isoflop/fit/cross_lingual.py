"""Two fits in a row: from scratch, then continued from another language on its floor (X16)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.runs import Runs
from isoflop.fit.engine import solve_many
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import build_problem, fit_law, full_values
from isoflop.fit.resample import cluster_labels, draw_weights
from isoflop.laws.catalogue import get_law

SHARED = ("E", "A", "alpha")


@dataclass(frozen=True, eq=False)
class CrossLingual:
    """Both fits; draw i of the second rests on draw i of the first."""

    scratch: Fit
    continued: Fit


def fit_cross_lingual(
    scratch: Runs, continued: Runs, *, resamples: int = 100, seed: int = 0
) -> CrossLingual:
    """Fit ``chinchilla`` from scratch, then B, beta and gamma with its E, A and alpha held.

    Parameters
    ----------
    scratch, continued : runs in the new language, of the same sizes and evaluation.
    resamples : of either table; those of the second hold what the first drew, so that the doubt
        of the floor is in them.

    Source
    ------
    crosslingual2024
    """
    first = fit_law(scratch, "chinchilla", resamples=resamples, seed=seed)
    held = {name: first.values[name] for name in SHARED}
    second = fit_law(continued, "cross_lingual", fixed=held, resamples=0, seed=seed)
    draws = _draws(continued, first, second, seed)
    words = f"{first.method}, each on a draw from scratch" if len(draws) else "none"
    return CrossLingual(first, replace(second, draws=draws, method=words))


def _draws(runs: Runs, first: Fit, second: Fit, seed: int) -> FloatArray:
    law = get_law("cross_lingual")
    if not len(first.draws):
        return np.empty((0, len(law.parameters)))
    assert second.objective is not None
    rng = np.random.default_rng(seed)
    weights = draw_weights(cluster_labels(runs, None)[0], len(first.draws), rng)
    at = [first.law.parameter_names.index(name) for name in SHARED]
    kept = []
    for row, weight in zip(first.draws, weights, strict=True):
        fixed = dict(zip(SHARED, map(float, row[at]), strict=True))
        problem = build_problem(runs, law, None, None, second.objective, fixed)
        start = problem.coordinates(np.array([[second.values[n] for n in ("B", "beta", "gamma")]]))
        solved = solve_many(problem, weight[None], start[0])
        if np.isfinite(solved).all():
            kept.append(full_values(problem, solved)[0])
    return np.array(kept).reshape(-1, len(law.parameters))
