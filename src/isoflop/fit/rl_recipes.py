"""Recipes of reinforcement learning side by side: ceiling first, then midpoint (scalerl2025)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import DataError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law


@dataclass(frozen=True)
class Recipe:
    """One recipe's sigmoid.

    Attributes
    ----------
    ties_with_best : its interval of the ceiling overlaps that of the recipe with the highest
    """

    name: str
    fit: Fit
    ties_with_best: bool

    @property
    def ceiling(self) -> float:
        """Reward with any amount of compute."""
        return self.fit.values["A"]

    @property
    def midpoint(self) -> float:
        """Compute at half of the gain."""
        return self.fit.values["C_mid"]


def rank_rl_recipes(
    runs: Runs,
    *,
    by: str = "recipe",
    column: str = "gpu_hours",
    target: str = "score/reward",
    skip_below: float = 0.0,
    start: float | None = None,
    resamples: int = 200,
    seed: int = 0,
) -> tuple[Recipe, ...]:
    """Fit the sigmoid of each recipe and rank them.

    Recipes whose ceilings cannot be told apart are ordered by slope, then by the least compute at
    half of the gain; clear differences of the ceiling go first.

    Parameters
    ----------
    runs : rows along the training of each recipe, compute in ``column``.
    skip_below : compute of the first steps, which follow no law and are left out; about 1,500
        GPU-hours in the source (recalled), nothing by default.
    start : reward before training, held; fitted by default.

    Raises
    ------
    DataError
        E559 if nothing is left of a recipe after the first steps.
    """
    held = {} if start is None else {"R0": start}
    fits = {}
    for name, part in runs.groups(by).items():
        later = part.values(column) >= skip_below
        if int(later.sum()) < 4:
            raise DataError(
                f"{int(later.sum())} points of recipe '{name}' are left.",
                where=f"column '{column}' from {skip_below:g} on",
                matters="start, ceiling, midpoint and slope need four points and more.",
                do="log more often, or skip less.",
                code="E559",
            )
        fits[name] = fit_law(
            part.take(np.flatnonzero(later)),
            "rl_sigmoid",
            axes={"C": column},
            target=target,
            fixed=held,
            resamples=resamples,
            seed=seed,
        )
    spans = {name: fit.intervals["A"] or 2 * (fit.values["A"],) for name, fit in fits.items()}
    best = max(fits, key=lambda name: fits[name].values["A"])
    tied = {name: spans[name][1] >= spans[best][0] for name in fits}

    def order(name: str) -> tuple[float, ...]:
        values = fits[name].values
        if tied[name]:
            return (0.0, -values["B"], values["C_mid"])
        return (1.0, -values["A"], values["C_mid"])

    return tuple(Recipe(name, fits[name], tied[name]) for name in sorted(fits, key=order))
