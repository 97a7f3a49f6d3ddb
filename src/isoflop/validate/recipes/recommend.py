"""Rank recipes by one small scale or by laws: whichever decided better where it can be checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from isoflop.core.errors import FitError
from isoflop.core.runs import Runs
from isoflop.validate.recipes.forecasters import (
    FORECASTERS,
    Forecaster,
    forecast_accuracy,
    has_checkpoints,
    points_of,
)
from isoflop.validate.recipes.ranking import decision_accuracy, pair_accuracy

LEAST_TO_LEAVE_OUT = 3  # recipes: one left out, and a pair to choose a law by
DIGITS = 2  # significant digits of size and tokens at which two runs are at one scale


@dataclass(frozen=True)
class Scored:
    """One way to rank, scored at the target.

    Attributes
    ----------
    accuracy : share of pairs in the right order; None if it could not be fitted
    error : mean absolute relative error of the forecasts; None for a ranking without one
    points : mean absolute error in points of accuracy, 0-100; None as above
    said : {recipe: forecast}
    """

    name: str
    accuracy: float | None
    error: float | None
    points: float | None
    failed: str = ""
    said: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Recommendation:
    """All ways scored, and the one to use: single scale unless a law decides better.

    Attributes
    ----------
    cross_validated : accuracy of the law that is best on all recipes but one, on the pairs of that
        one: the best of eight on the very pairs it is judged by would flatter the laws; None with
        fewer than three recipes, or where no law could be fitted
    """

    scored: tuple[Scored, ...]
    use: str
    cross_validated: float | None


def recommend(
    small: Mapping[str, Runs],
    target: Mapping[str, Runs],
    *,
    accuracy: str,
    loss: str = "loss",
    proxy: str | None = None,
) -> Recommendation:
    """Score single-scale ranking and the laws on recipes whose target was measured.

    Parameters
    ----------
    small : runs of each recipe below the target.
    target : runs of each recipe at the target; several are seeds.
    accuracy, loss : columns; accuracy as a fraction, higher is better.
    proxy : column ranked at the largest common scale, higher is better; the accuracy by default.

    Source
    ------
    datadecide2025: no law beat ranking at one small scale.
    """
    actual = {name: float(runs.values(accuracy).mean()) for name, runs in target.items()}
    single = _single_scale(small, proxy or accuracy)
    share = decision_accuracy(single, actual) if single else None
    why = "" if single else "the recipes have no size and tokens in common"
    scored = [Scored("single scale", share, None, None, why, single)]
    scored += [_score(way, small, target, actual, accuracy, loss) for way in FORECASTERS]
    beaten = [s for s in scored[1:] if s.accuracy is not None]
    best = max(beaten, key=lambda s: s.accuracy or 0.0, default=scored[0])
    cross = _cross_validated(beaten, actual)
    better = cross is not None and cross > (share or 0.0)
    return Recommendation(tuple(scored), best.name if better else "single scale", cross)


def _cross_validated(laws: list[Scored], actual: Mapping[str, float]) -> float | None:
    names = sorted(actual)
    if not laws or len(names) < LEAST_TO_LEAVE_OUT:
        return None
    scores = []
    for left in names:
        others = [name for name in names if name != left]
        pairs = list(combinations(others, 2))
        chosen = max(laws, key=lambda law: pair_accuracy(pairs, law.said, actual))
        own = [(left, other) for other in others]
        scores.append(pair_accuracy(own, chosen.said, actual))
    return float(np.mean(scores))


def _score(
    way: Forecaster,
    small: Mapping[str, Runs],
    target: Mapping[str, Runs],
    actual: Mapping[str, float],
    accuracy: str,
    loss: str,
) -> Scored:
    if way.late and not all(has_checkpoints(runs) for runs in small.values()):
        return Scored(way.name, None, None, None, "the table has no checkpoints")
    said = {}
    for name, runs in small.items():
        at = target[name]
        N, D = float(at.values("N").mean()), float(at.values("D").mean())
        try:
            said[name] = forecast_accuracy(way, points_of(runs, accuracy, loss), N, D)
        except FitError as error:
            return Scored(way.name, None, None, None, f"{name}: {error.what}")
    off = np.array([said[name] - actual[name] for name in said])
    true = np.array([actual[name] for name in said])
    return Scored(
        way.name,
        decision_accuracy(said, actual),
        float(np.mean(np.abs(off / true))),
        float(100.0 * np.mean(np.abs(off))),
        said=said,
    )


def _single_scale(small: Mapping[str, Runs], column: str) -> dict[str, float]:
    """The metric of every recipe at the costliest size and tokens that all of them have.

    Empty where they have none in common.
    """
    cells = {name: _cells(runs) for name, runs in small.items()}
    common = set.intersection(*(set(keys) for keys in cells.values()))
    if not common:
        return {}
    best = max(common, key=lambda cell: cell[0] * cell[1])
    return {
        name: float(runs.values(column)[[cell == best for cell in cells[name]]].mean())
        for name, runs in small.items()
    }


def _cells(runs: Runs) -> list[tuple[float, float]]:
    pairs = zip(runs.values("N"), runs.values("D"), strict=True)
    return [(float(f"{N:.{DIGITS}g}"), float(f"{D:.{DIGITS}g}")) for N, D in pairs]
