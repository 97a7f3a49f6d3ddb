"""How much fine-tuning data makes one method better than another (zhang2024-finetuning)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import PlanError

RANGE = (1.0, 1e15)  # examples; assumption: no data set is beyond


@dataclass(frozen=True)
class Switch:
    """Where two methods meet.

    Attributes
    ----------
    H, g : of the closed form D_c = H * x^g, which leaves the floors out
    examples : where the whole laws meet, floors and all; None if they do not in the range
    better_beyond : 0 or 1, which of the two is better with more data than that
    """

    H: float
    g: float
    examples: float | None
    better_beyond: int | None


def switch_point(
    first: Mapping[str, float],
    second: Mapping[str, float],
    x: float,
    within: tuple[float, float] = RANGE,
) -> Switch:
    """Fine-tuning examples at which two methods reach the same loss.

    Parameters
    ----------
    first, second : values E, A, alpha, beta of ``finetune_joint`` under either method.
    x : the other factor, parameters for instance.
    within : examples between which to look; beyond the fits' own range the answer means little.

    Raises
    ------
    PlanError
        E559 if both methods gain equally from data, so that they never meet.
    """
    b = first["beta"] - second["beta"]
    if b == 0.0:
        raise PlanError(
            "Both methods gain equally from data.",
            where=f"beta {first['beta']:g} and {second['beta']:g}",
            matters="their laws are parallel: one is better for any amount, or the floors decide.",
            do="compare the losses at the amount of data you have.",
            code="E559",
        )
    H = float(np.exp((np.log(first["A"]) - np.log(second["A"])) / b))
    g = (second["alpha"] - first["alpha"]) / b
    grid = np.linspace(np.log(within[0]), np.log(within[1]), 2001)
    gap = _loss(first, x, grid) - _loss(second, x, grid)
    crossings = np.flatnonzero(np.sign(gap[:-1]) * np.sign(gap[1:]) < 0.0)
    if not len(crossings):
        return Switch(H, g, None, None)
    last = int(crossings[-1])
    meeting = _root(first, second, x, float(grid[last]), float(grid[last + 1]))
    return Switch(H, g, float(np.exp(meeting)), 0 if gap[last + 1] < 0.0 else 1)


def _loss(values: Mapping[str, float], x: float, log_d: np.ndarray) -> np.ndarray:
    height = np.log(values["A"]) - values["alpha"] * np.log(x)
    return np.asarray(values["E"] + np.exp(height - values["beta"] * log_d))


def _root(
    first: Mapping[str, float], second: Mapping[str, float], x: float, low: float, high: float
) -> float:
    from scipy.optimize import brentq

    def gap(log_d: float) -> float:
        at = np.array([log_d])
        return float((_loss(first, x, at) - _loss(second, x, at))[0])

    return float(brentq(gap, low, high, xtol=1e-12))
