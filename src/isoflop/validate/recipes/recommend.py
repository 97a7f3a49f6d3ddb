"""Rank recipes by one small scale or by laws: whichever decided better where it can be checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import FitError
from isoflop.core.runs import Runs
from isoflop.validate.recipes.forecasters import (
    FORECASTERS,
    Forecaster,
    forecast_accuracy,
    points_of,
)
from isoflop.validate.recipes.ranking import decision_accuracy


@dataclass(frozen=True)
class Scored:
    """One way to rank, scored at the target.

    Attributes
    ----------
    accuracy : share of pairs in the right order; None if it could not be fitted
    error : mean absolute relative error of the forecasts; None for a ranking without one
    points : mean absolute error in points of accuracy, 0-100; None as above
    """

    name: str
    accuracy: float | None
    error: float | None
    points: float | None
    failed: str = ""


@dataclass(frozen=True)
class Recommendation:
    """All ways scored, and the one to use: single scale unless a law decides better."""

    scored: tuple[Scored, ...]
    use: str


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
    proxy : column ranked at the largest small size, higher is better; the accuracy by default.

    Source
    ------
    datadecide2025: no law beat ranking at one small scale.
    """
    actual = {name: float(runs.values(accuracy).mean()) for name, runs in target.items()}
    single = {name: _at_largest(runs, proxy or accuracy) for name, runs in small.items()}
    scored = [Scored("single scale", decision_accuracy(single, actual), None, None)]
    scored += [_score(way, small, target, actual, accuracy, loss) for way in FORECASTERS]
    beaten = [s for s in scored[1:] if s.accuracy is not None]
    best = max(beaten, key=lambda s: s.accuracy or 0.0, default=scored[0])
    better = (best.accuracy or 0.0) > (scored[0].accuracy or 0.0)
    return Recommendation(tuple(scored), best.name if better else "single scale")


def _score(
    way: Forecaster,
    small: Mapping[str, Runs],
    target: Mapping[str, Runs],
    actual: Mapping[str, float],
    accuracy: str,
    loss: str,
) -> Scored:
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
    )


def _at_largest(runs: Runs, column: str) -> float:
    N = runs.values("N")
    largest = np.flatnonzero(np.isclose(N, N.max(), rtol=1e-9))
    return float(runs.values(column)[largest].mean())
