"""How far a ranking of recipes at small scale holds at the target (datadecide2025)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError
from isoflop.core.runs import Runs

GOOD = 0.8  # catalogue X93
LEAST_RECIPES = 2


@dataclass(frozen=True, eq=False)
class Scale:
    """The recipes at one size.

    Attributes
    ----------
    means : {recipe: mean over seeds}
    seeds : {recipe: runs behind the mean}
    sd : of one run, pooled over the recipes; None where no recipe was run twice
    compute : mean FLOP of a run; None if the table does not know
    """

    size: float
    means: Mapping[str, float]
    seeds: Mapping[str, int]
    sd: float | None
    compute: float | None


@dataclass(frozen=True)
class RankedScale:
    """One size, judged by the target.

    Attributes
    ----------
    accuracy : share of pairs in the order of the target, ties half
    share : of the target's compute; None if unknown
    expected_wrong : pairs expected in the wrong order at this very size, because of the noise of
        seeds alone; None without repeated runs
    regret : target metric lost by taking the recipe that is best here
    snr : spread of the recipes over the noise of one run; None as above
    """

    size: float
    n_recipes: int
    accuracy: float
    share: float | None
    expected_wrong: float | None
    regret: float
    snr: float | None

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "size": self.size,
            "recipes": self.n_recipes,
            "decision_accuracy": self.accuracy,
            "compute_share": self.share,
            "expected_wrong_pairs": self.expected_wrong,
            "top1_regret": self.regret,
            "snr": self.snr,
        }


@dataclass(frozen=True)
class Ranking:
    """All sizes below the target.

    Attributes
    ----------
    smallest : smallest size that decides well on every recipe left out in turn; None if none
    cross_validated : accuracy of choosing a size on all recipes but one, on the pairs of that one
    frontier : sizes that no cheaper size beats
    """

    target_size: float
    scales: tuple[RankedScale, ...]
    smallest: float | None
    cross_validated: float | None
    frontier: tuple[RankedScale, ...]

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "target_size": self.target_size,
            "scales": [scale.to_dict() for scale in self.scales],
            "smallest_good_size": self.smallest,
            "cross_validated_accuracy": self.cross_validated,
            "frontier": [scale.size for scale in self.frontier],
        }


def decision_accuracy(predicted: Mapping[str, float], actual: Mapping[str, float]) -> float:
    """Share of pairs of recipes whose predicted order is the actual one; ties count half.

    Raises
    ------
    DataError
        E566 with fewer than two recipes in both.
    """
    names = sorted(set(predicted) & set(actual))
    if len(names) < LEAST_RECIPES:
        raise _no_pairs(len(names))
    return pair_accuracy(list(combinations(names, 2)), predicted, actual)


def pairwise_probability(
    first: float, second: float, sd: float, seeds: tuple[int, int], *, lower_is_better: bool = True
) -> float:
    """P(first is truly better), normal approximation with the pooled noise of one run.

    Parameters
    ----------
    first, second : means over seeds
    sd : of one run, pooled over recipes: three seeds alone estimate it badly
    """
    from scipy.special import ndtr

    z = (first - second) / (sd * np.sqrt(1.0 / seeds[0] + 1.0 / seeds[1]))
    return float(ndtr(-z if lower_is_better else z))


def pooled_sd(groups: Mapping[str, FloatArray]) -> float | None:
    """Noise of one run over recipes with several; None where every recipe has one run."""
    freedom = sum(len(values) - 1 for values in groups.values())
    if freedom < 1:
        return None
    squares = sum(float(np.sum((v - v.mean()) ** 2)) for v in groups.values())
    return float(np.sqrt(squares / freedom))


def expected_wrong_pairs(scale: Scale) -> float | None:
    """Pairs expected in the wrong order because of seeds, sum over pairs of min(P, 1 - P)."""
    if scale.sd is None or scale.sd <= 0.0:
        return None
    total = 0.0
    for a, b in combinations(sorted(scale.means), 2):
        seeds = scale.seeds[a], scale.seeds[b]
        p = pairwise_probability(scale.means[a], scale.means[b], scale.sd, seeds)
        total += min(p, 1.0 - p)
    return total


def rank_recipes(
    runs: Runs, *, by: str, target: str = "loss", lower_is_better: bool = True
) -> Ranking:
    """Rank recipes at every size, judged by the largest size that all of them reached.

    Parameters
    ----------
    by : column of the recipe; runs of one recipe and size are its seeds.

    Raises
    ------
    DataError
        E566 without two recipes at a common size and a smaller one.
    """
    scales = scales_of(runs, by=by, target=target)
    widest = max(len(scale.means) for scale in scales)
    complete = [scale for scale in scales if len(scale.means) == widest]
    last = complete[-1]
    below = [s for s in scales if s.size < last.size and len(s.means) >= LEAST_RECIPES]
    if widest < LEAST_RECIPES or not below:
        raise _no_pairs(widest)
    ranked = tuple(_ranked(scale, last, lower_is_better) for scale in below)
    cross, smallest = _cross_validated(below, last)
    return Ranking(last.size, ranked, smallest, cross, _frontier(ranked))


def scales_of(runs: Runs, *, by: str, target: str) -> list[Scale]:
    """The recipes at every size, rising."""
    N, y, labels = runs.values("N"), runs.values(target), np.asarray(runs.text(by))
    C = runs.values("C") if runs.has("C") else None
    found = []
    for size in np.unique(N):
        rows = size == N
        groups = {str(name): y[rows & (labels == name)] for name in np.unique(labels[rows])}
        found.append(
            Scale(
                size=float(size),
                means={name: float(values.mean()) for name, values in groups.items()},
                seeds={name: len(values) for name, values in groups.items()},
                sd=pooled_sd(groups),
                compute=None if C is None else float(C[rows].mean()),
            )
        )
    return found


def _ranked(scale: Scale, last: Scale, lower_is_better: bool) -> RankedScale:
    means = np.array(list(scale.means.values()))
    pick = min if lower_is_better else max
    common = {name: scale.means[name] for name in scale.means if name in last.means}
    taken = pick(common, key=common.__getitem__)
    best = pick(last.means[name] for name in common)
    return RankedScale(
        size=scale.size,
        n_recipes=len(common),
        accuracy=decision_accuracy(scale.means, last.means),
        share=None if not (scale.compute and last.compute) else scale.compute / last.compute,
        expected_wrong=expected_wrong_pairs(scale),
        regret=abs(last.means[taken] - best),
        snr=None if not scale.sd else float(means.std(ddof=1) / scale.sd),
    )


def _cross_validated(below: list[Scale], last: Scale) -> tuple[float | None, float | None]:
    """Choose a size on all recipes but one, score it on the pairs of that one; and the size."""
    names = sorted(last.means)
    scores, sizes = [], []
    for left in names:
        others = [name for name in names if name != left]
        own = [(left, other) for other in others]
        choice = next((s for s in below if _good(s, last, others)), None)
        if choice is None or not all(name in choice.means for name in names):
            return None, None
        scores.append(pair_accuracy(own, choice.means, last.means))
        sizes.append(choice.size)
    accuracy = float(np.mean(scores))
    return accuracy, (max(sizes) if accuracy >= GOOD else None)


def _good(scale: Scale, last: Scale, names: list[str]) -> bool:
    pairs = list(combinations(names, 2))
    known = all(name in scale.means for name in names)
    return known and bool(pairs) and pair_accuracy(pairs, scale.means, last.means) >= GOOD


def _frontier(ranked: tuple[RankedScale, ...]) -> tuple[RankedScale, ...]:
    kept: list[RankedScale] = []
    for item in ranked:
        if not kept or item.accuracy > kept[-1].accuracy:
            kept.append(item)
    return tuple(kept)


def pair_accuracy(
    pairs: list[tuple[str, str]], predicted: Mapping[str, float], actual: Mapping[str, float]
) -> float:
    """Share of the given pairs that are in the right order, ties half."""
    total = 0.0
    for a, b in pairs:
        said, true = np.sign(predicted[a] - predicted[b]), np.sign(actual[a] - actual[b])
        total += 0.5 if said == 0.0 or true == 0.0 else float(said == true)
    return total / len(pairs)


def _no_pairs(n: int) -> DataError:
    return DataError(
        f"{n} recipes share a size, a ranking needs {LEAST_RECIPES} and a smaller common size.",
        where="columns of the recipe and of the size",
        matters="a ranking at small scale is judged by the same recipes at a larger one.",
        do="run the recipes at common sizes.",
        code="E566",
    )
