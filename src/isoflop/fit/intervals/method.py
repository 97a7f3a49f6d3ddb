"""What a method of intervals takes and gives: draws of the coordinates around an optimum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.fit.problem import Problem

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Request:
    """An optimum whose doubt is asked for.

    Attributes
    ----------
    weights : (n_runs,)
    labels : (n_runs,) cluster of each row
    coordinates : (n_coordinates,) of the optimum
    """

    problem: Problem
    weights: FloatArray
    labels: IntArray
    coordinates: FloatArray
    n_draws: int
    rng: np.random.Generator
    progress: Progress | None = None
    level: float = 0.9


@dataclass(frozen=True)
class Intervals:
    """A named method.

    Parameters
    ----------
    draw : (n_draws, n_coordinates), for forecasts, and for intervals unless there are ``spans``.
    spans : {parameter: interval at the level of the request}; None if the draws tell.
    resamples : whether the draws are re-solved resamples, whose plan then names the method.
    """

    name: str
    about: str
    draw: Callable[[Request], FloatArray]
    spans: Callable[[Request], Mapping[str, tuple[float, float]]] | None = None
    resamples: bool = False
