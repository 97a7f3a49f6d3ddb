"""What a change of recipe moved: efficiency, exponents or the floor, by held-out sizes.

Nested joint fits of L = E + A N^-alpha + B D^-beta over recipes. A factor on size, N -> u N, is an
own A, a factor on tokens an own B: with both, "only A and B differ" and "factors" are one model,
because A u^-alpha is any A. Under it the compute-optimal exponents are the same for all recipes and
the compute multiplier is constant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from isoflop.core.arrays import BoolArray
from isoflop.core.errors import DataError, FitError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.joint import fit_joint
from isoflop.validate.recipes.clouds import joined
from isoflop.validate.recipes.ratio import check_ratio

LAW = "chinchilla"
FOLDS = 5  # assumption: enough sizes to judge, few enough to wait for
LEAST_SIZES = 3
CONFIDENCE = 0.95  # assumption: that a simpler model forecasts worse


@dataclass(frozen=True)
class Rung:
    """One of the nested models: which parameters each recipe has of its own."""

    name: str
    own: tuple[str, ...]
    means: str


RUNGS = (
    Rung("same", (), "the recipes do not differ"),
    Rung("tokens factor", ("B",), "a token of one is worth a constant number of the other's"),
    Rung("size factor", ("A",), "a parameter of one is worth a constant number of the other's"),
    Rung("efficiency", ("A", "B"), "constant factors on size and tokens, constant multiplier"),
    Rung("floor", ("A", "B", "E"), "the floor differs, exponents are shared"),
    Rung("exponents", ("A", "B", "alpha", "beta"), "exponents differ, the floor is shared"),
    Rung("all", ("A", "B", "E", "alpha", "beta"), "nothing is shared"),
)


@dataclass(frozen=True)
class Judged:
    """One rung and its held-out error.

    Attributes
    ----------
    error : mean absolute relative error on held-out sizes; None if it could not be fitted
    folds : mean error of each group of held-out sizes
    excess : its error over that of the best rung, fold by fold: mean and standard error
    """

    rung: Rung
    error: float | None
    folds: tuple[float, ...] = ()
    excess: tuple[float, float] | None = None
    failed: str = ""


@dataclass(frozen=True)
class Taxonomy:
    """All rungs and the simplest that is not worse than the best.

    Attributes
    ----------
    factors : {recipe: {"N": u, "D": v}} under "efficiency", relative to the first recipe
    """

    judged: tuple[Judged, ...]
    best: str
    chosen: str
    factors: dict[str, dict[str, float]]
    recipes: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "chosen": self.chosen,
            "best": self.best,
            "recipes": list(self.recipes),
            "factors": self.factors,
            "models": [
                {
                    "name": item.rung.name,
                    "own": list(item.rung.own),
                    "means": item.rung.means,
                    "are_heldout": item.error,
                    "over_best": None if item.excess is None else list(item.excess),
                    "failed": item.failed,
                }
                for item in self.judged
            ],
        }


def taxonomy(
    groups: dict[str, Runs],
    *,
    by: str,
    target: str = "loss",
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Taxonomy:
    """Judge every rung by sizes held out in turn; take the simplest not clearly worse.

    Clearly worse: its error exceeds that of the best rung with 95% confidence (one-sided t of the
    differences fold by fold; all rungs find the same folds hard).

    Parameters
    ----------
    groups : runs of each recipe.

    Raises
    ------
    DataError
        E566 with fewer than three sizes.
    FitError
        E567 if no rung could be fitted, E568 if all runs have one ratio of tokens to size.

    Source
    ------
    Catalogue X94, derived there.
    """
    from scipy.special import stdtrit

    whole = joined(list(groups.values()))
    check_ratio(whole.values("N"), whole.values("D"))
    folds = _folds(whole)
    judged = []
    for done, rung in enumerate(RUNGS):
        judged.append(_judge(whole, rung, folds, by, target, seed))
        if progress is not None:
            progress(done + 1, len(RUNGS))
    known = [item for item in judged if item.error is not None]
    if not known:
        raise FitError(
            "None of the nested laws could be fitted to these recipes.",
            where="; ".join(f"{item.rung.name}: {item.failed}" for item in judged[:2]),
            matters="what a change moved is read off the law that forecasts best.",
            do="add runs at other sizes and tokens.",
            code="E567",
        )
    best = min(known, key=lambda item: item.error or 0.0)
    compared = [_against(item, best) for item in judged]
    limit = float(stdtrit(len(folds) - 1, CONFIDENCE))
    chosen = next(
        c for c in compared if c.excess is not None and c.excess[0] <= limit * c.excess[1]
    )
    factors = _factors(whole, tuple(groups), by, target, seed)
    return Taxonomy(tuple(compared), best.rung.name, chosen.rung.name, factors, tuple(groups))


def _against(item: Judged, best: Judged) -> Judged:
    if item.error is None:
        return item
    more = np.array(item.folds) - np.array(best.folds)
    standard = float(more.std(ddof=1) / np.sqrt(len(more)))
    return replace(item, excess=(float(more.mean()), standard))


def _judge(
    runs: Runs, rung: Rung, folds: list[BoolArray], by: str, target: str, seed: int
) -> Judged:
    errors = []
    for held in folds:
        try:
            fits = _fitted(runs.take(~held), rung, by, target, seed)
        except FitError as error:
            return Judged(rung, None, failed=error.what)
        errors.append(_error(fits, runs.take(held), by, target))
    return Judged(rung, float(np.mean(errors)), tuple(errors))


def _fitted(runs: Runs, rung: Rung, by: str, target: str, seed: int) -> dict[str, Fit]:
    shared = tuple(n for n in ("E", "A", "alpha", "B", "beta") if n not in rung.own)
    joint = fit_joint(
        runs, LAW, by=by, shared=shared, target=target, resamples=0, seed=seed, n_random=1
    )
    return dict(joint.groups)


def _error(fits: dict[str, Fit], held: Runs, by: str, target: str) -> float:
    labels = np.asarray(held.text(by))
    off = []
    for name, fit in fits.items():
        part = held.take(labels == name)
        if len(part):
            said = fit.predict(fit.inputs_of(part)).value
            off.append(np.abs(said / part.values(target) - 1.0))
    return float(np.mean(np.concatenate(off)))


def _folds(runs: Runs) -> list[BoolArray]:
    """Masks of the runs to hold out: sizes in logs, cut into at most five groups."""
    N = np.log(runs.values("N"))
    sizes = np.unique(N)
    if len(sizes) < LEAST_SIZES:
        raise DataError(
            f"{len(sizes)} sizes are too few to hold any out.",
            where="column 'params'",
            matters="what a change moved is judged by forecasts of sizes held out.",
            do=f"add runs at {LEAST_SIZES} sizes or more.",
            code="E566",
        )
    parts = np.array_split(sizes, min(FOLDS, len(sizes)))
    return [np.isin(N, part) for part in parts]


def _factors(
    runs: Runs, names: tuple[str, ...], by: str, target: str, seed: int
) -> dict[str, dict[str, float]]:
    """What a parameter and a token are worth against those of the first recipe."""
    try:
        fits = _fitted(runs, RUNGS[3], by, target, seed)
    except FitError:
        return {}
    first = fits[names[0]].values
    found: dict[str, dict[str, float]] = {}
    for name in names:
        values = fits[name].values
        found[name] = {
            "N": float((values["A"] / first["A"]) ** (-1.0 / first["alpha"])),
            "D": float((values["B"] / first["B"]) ** (-1.0 / first["beta"])),
        }
    return found
