"""Which size and how many sampling steps of a diffusion model to run at one inference cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import PlanError
from isoflop.laws.catalogue import get_law


@dataclass(frozen=True)
class Sampling:
    """The best size and its steps; every size in ``alternatives``, best first."""

    params: float
    steps: int
    quality: float
    alternatives: tuple[tuple[float, int, float], ...]


def sampling_budget(sizes: Mapping[float, Mapping[str, float]], cost: float) -> Sampling:
    """Maximise quality over sizes, steps being what the cost leaves.

    Parameters
    ----------
    sizes : {parameters: values q, a, b of ``sampling_steps``}, one fit a size.
    cost : parameters times steps that one image may cost.

    Raises
    ------
    PlanError
        E559 if no size affords one step.
    """
    law = get_law("sampling_steps")
    rows = []
    for params, values in sizes.items():
        steps = int(cost / params)
        if steps >= 1:
            quality = float(law.predict({"n": np.array([float(steps)])}, values)[0])
            rows.append((params, steps, quality))
    if not rows:
        raise PlanError(
            "No size affords a single sampling step.",
            where=f"cost {cost:g}, smallest size {min(sizes, default=float('nan')):g}",
            matters="the cost is parameters times steps.",
            do="raise the cost, or add smaller models.",
            code="E559",
        )
    ranked = tuple(sorted(rows, key=lambda row: -row[2]))
    return Sampling(*ranked[0], ranked)
