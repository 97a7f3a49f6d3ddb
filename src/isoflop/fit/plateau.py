"""Finds the plateau of best guesses at the small end of a learning curve, to leave it out.

A learning curve has three regions: best guesses at few data, a power law, and a floor
(hestness2017). A law with a floor describes the last two only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.core.errors import DataError
from isoflop.core.runs import Runs

FLAT = 0.8  # assumption: a leading segment below this share of the steepest slope is the bend
FEWEST = 4  # data sizes that must stay for a power law with a floor


@dataclass(frozen=True)
class Plateau:
    """Where the power law begins.

    Attributes
    ----------
    begins : smallest value of the axis that is kept
    dropped : values of the axis on the plateau, rising
    slopes : local slopes of ln target in ln axis between neighbouring values, (n_values - 1,)
    """

    begins: float
    dropped: tuple[float, ...]
    slopes: FloatArray

    def keeps(self, x: FloatArray) -> BoolArray:
        """Which runs lie in the power law or its floor."""
        return np.asarray(x >= self.begins)


def find_plateau(x: FloatArray, target: FloatArray) -> Plateau:
    """The leading segments that are clearly flatter than the steepest descent.

    Runs at one value of the axis (seeds, sizes) are averaged in logs. The floor flattens a curve at
    the other end only, so it is not mistaken for a plateau.

    Parameters
    ----------
    x, target : (n_runs,), positive; take the best of several model sizes at each data size first.

    Raises
    ------
    DataError
        E520 with fewer than four values of the axis, or a target that does not fall.

    Source
    ------
    hestness2017 (the three regions); the criterion is an assumption.
    """
    levels, where = np.unique(x, return_inverse=True)
    means = np.bincount(where, weights=np.log(target)) / np.bincount(where)
    slopes = np.diff(means) / np.diff(np.log(levels))
    if len(levels) < FEWEST or not slopes.min() < 0.0:
        raise DataError(
            f"A learning curve needs {FEWEST} data sizes and a falling target; "
            f"there are {len(levels)}.",
            where="the axis of the curve",
            matters="a plateau is told from a power law by where the curve begins to fall.",
            do="add runs at more data, or choose the other column.",
            code="E520",
        )
    steep = slopes <= FLAT * slopes.min()
    first = min(int(np.argmax(steep)), len(levels) - FEWEST)
    return Plateau(float(levels[first]), tuple(map(float, levels[:first])), slopes)


def without_plateau(runs: Runs, axis: str, target: str = "loss") -> tuple[Runs, Plateau]:
    """The runs from the start of the power law on, and what was left out.

    Raises
    ------
    DataError
        As :func:`find_plateau`.
    """
    x = runs.values(axis)
    found = find_plateau(x, runs.values(target))
    kept = runs.take(found.keeps(x))
    n = len(runs) - len(kept)
    note = f"{n} runs below {axis} {found.begins:g} left out: plateau of best guesses"
    return (kept.noted(note) if n else kept), found
