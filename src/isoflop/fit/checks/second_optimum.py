"""Do other optima, with other parameters, fit nearly as well?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.check import Check, Examined

APART = 0.2  # assumption: parameters that differ by less tell the same story
MOST = 4  # optima named


def find(examined: Examined) -> Iterator[str]:
    solution, problem = examined.solution, examined.problem
    if not len(solution.near):
        return
    told = [problem.natural(solution.coordinates[None])[0]]
    highest = solution.objective
    for values, objective in zip(
        problem.natural(solution.near), solution.near_objectives, strict=True
    ):
        if len(told) <= MOST and all(_differ(values, other) for other in told):
            told.append(values)
            highest = float(objective)
    if len(told) > 1:
        names = [slot.parameter.name for slot in problem.slots]
        moved = np.flatnonzero([_differ(*column) for column in _columns(told)])
        others = "; ".join(
            ", ".join(f"{names[i]} {values[i]:.4g}" for i in moved) for values in told[1:]
        )
        higher = highest / solution.objective - 1.0
        yield (
            f"other optima fit nearly as well (objective at most {higher:.2%} higher): {others}; "
            "forecasts far from the runs depend on which is right."
        )


def _differ(one: FloatArray, other: FloatArray) -> bool:
    scale = np.maximum(np.abs(one), np.abs(other)) + 1e-300
    return bool(np.any(np.abs(one - other) > APART * scale))


def _columns(told: list[FloatArray]) -> list[tuple[FloatArray, FloatArray]]:
    stacked = np.stack(told)
    return [(column.min(keepdims=True), column.max(keepdims=True)) for column in stacked.T]


CHECK = Check("W312", "one optimum", find)
