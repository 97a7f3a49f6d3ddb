"""One table, many defensible choices of rows: the band of answers they give (gemstones2025)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from isoflop.core.errors import FitError, UsageError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law

FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020


@dataclass(frozen=True, eq=False)
class SubsetBand:
    """The optimum under every choice of rows.

    Attributes
    ----------
    rows : choice, n, N, D, ratio (D/N) at the budget, exponent (of N* in compute there)
    failures : choices that could not be fitted, with the reason
    """

    law: str
    budget: float
    rows: pl.DataFrame
    failures: Mapping[str, str]

    @property
    def ratio_band(self) -> tuple[float, float]:
        """Least and greatest tokens per parameter."""
        ratios = self.rows["ratio"].to_list()
        return min(ratios), max(ratios)

    def tables(self) -> dict[str, pl.DataFrame]:
        """The band as one data frame."""
        return {"subsets": self.rows}

    def __repr__(self) -> str:
        low, high = self.ratio_band
        exponents = self.rows["exponent"].to_list()
        return "\n".join(
            (
                f"{self.law} under {len(self.rows)} choices of rows, at {self.budget:g} FLOP",
                f"  tokens per parameter from {low:.3g} to {high:.3g}",
                f"  allocation exponent from {min(exponents):.3f} to {max(exponents):.3f}",
            )
        )


def subset_band(
    runs: Runs,
    choices: Mapping[str, Sequence[str]],
    budget: float,
    *,
    law: Law | str = "chinchilla",
    objective: Objective | None = None,
    seed: int = 0,
) -> SubsetBand:
    """Refit under every choice of rows; a single answer without this band hides the choice.

    Parameters
    ----------
    choices : {name: conditions}, such as ``{"long": ("tokens>1e11",)}``; all rows come first.
    law : one with a closed-form optimum in N and D.

    Raises
    ------
    UsageError
        E524 if the law has no closed-form optimum.
    FitError
        If no choice could be fitted.

    Source
    ------
    gemstones2025.
    """
    chosen = get_law(law) if isinstance(law, str) else law
    if chosen.optimum is None:
        raise UsageError(
            f"The law '{chosen.name}' has no closed-form optimum.",
            where="law",
            matters="the band is one of optima.",
            do="use chinchilla, skaling or overtraining.",
            code="E524",
        )
    rows, failures = [], {}
    for name, conditions in {"all rows": (), **choices}.items():
        part = runs.select(*conditions) if conditions else runs
        try:
            fit = fit_law(part, chosen, objective=objective, resamples=0, seed=seed)
        except FitError as error:
            failures[name] = error.what
            continue
        rows.append({"choice": name, "n": len(part), **_answer(fit, budget)})
    if not rows:
        raise FitError(
            "No choice of rows could be fitted.",
            where="; ".join(f"{name}: {why}" for name, why in failures.items()),
            matters="there is no answer to compare.",
            do="widen the choices.",
            code="E524",
        )
    return SubsetBand(chosen.name, budget, pl.DataFrame(rows), failures)


def _answer(fit: Fit, budget: float) -> dict[str, float]:
    assert fit.law.optimum is not None
    values = {name: np.asarray(value) for name, value in fit.values.items()}
    spent = budget * np.array([1.0, np.e])
    best = fit.law.optimum(values, spent, FLOP_PER_PARAMETER_TOKEN)
    N, D = float(best["N"][0]), float(best["D"][0])
    return {"N": N, "D": D, "ratio": D / N, "exponent": float(np.log(best["N"][1] / N))}
