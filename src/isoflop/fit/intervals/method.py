"""What a method of intervals takes and gives: draws of the coordinates around an optimum."""

from __future__ import annotations

from collections.abc import Callable
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


@dataclass(frozen=True)
class Intervals:
    """A named method; ``draw`` gives (n_draws, n_coordinates)."""

    name: str
    about: str
    draw: Callable[[Request], FloatArray]
