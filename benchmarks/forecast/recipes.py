"""Decision accuracy: of two recipes, which will be better at a size neither was run at?"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from benchmarks.forecast.tables import Case
from isoflop.core.arrays import FloatArray
from isoflop.core.runs import Runs
from isoflop.validate.forecasting import Cut

SAME = 0.05  # ln units of size and of tokens within which two runs are one design
CLOSE = np.log(1.3)  # thresholds of two recipes that count as one


def decisions(
    made: Mapping[tuple[str, float], tuple[Case, Cut, Mapping[str, FloatArray]]],
) -> dict[str, list[bool]]:
    """Whether each method ranked each pair of matched held-out runs as they came out.

    ``one scale`` ranks the recipes by the mean over the largest matched training runs, as is
    usual, and says the same for every larger run.

    Parameters
    ----------
    made : (case, threshold) -> case, cut, {method: ln forecast of the held-out runs}
    """
    found: dict[str, list[bool]] = {}
    for (case_a, cut_a, said_a), (case_b, cut_b, said_b) in combinations(made.values(), 2):
        same = case_a.recipe is not None and case_a.recipe == case_b.recipe
        apart = abs(np.log(cut_a.threshold / cut_b.threshold))
        if not same or case_a.name == case_b.name or apart > CLOSE:
            continue
        pairs = _matched(cut_a.test, cut_b.test)
        small = _matched(cut_a.training, cut_b.training)
        if not len(pairs) or not len(small):
            continue
        i, j = pairs.T
        true = _log(cut_a.test)[i] < _log(cut_b.test)[j]
        compute = cut_a.values[small[:, 0]]
        top = small[compute >= compute.max() / 1.3]
        gap = np.mean(_log(cut_a.training)[top[:, 0]] - _log(cut_b.training)[top[:, 1]])
        _note(found, "one scale", np.full(len(true), gap < 0.0) == true)
        for name in said_a.keys() & said_b.keys():
            _note(found, name, (said_a[name][i] < said_b[name][j]) == true)
    return found


def _note(found: dict[str, list[bool]], name: str, right: np.ndarray) -> None:
    found.setdefault(name, []).extend(map(bool, right))


def _log(runs: Runs) -> FloatArray:
    return np.asarray(np.log(runs.values("loss")))


def _matched(a: Runs, b: Runs) -> np.ndarray:
    """Index pairs of runs of one size and as many tokens, each run once, (n_pairs, 2)."""
    here, there = (np.log([runs.values("N"), runs.values("D")]).T for runs in (a, b))
    apart = np.abs(here[:, None] - there[None]).max(axis=2)
    pairs, taken = [], set()
    for i, row in enumerate(apart):
        j = int(np.argmin(row))
        if row[j] < SAME and j not in taken:
            taken.add(j)
            pairs.append((i, j))
    return np.array(pairs, dtype=int).reshape(-1, 2)
