"""Forecasts of whole families of models that the law never saw: leave one family out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import DataError
from isoflop.core.runs import Runs
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.laws.law import Law

FEWEST = 3  # families; assumption: with two, each error rests on one family


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Forecasts of every run by a fit without its family.

    Attributes
    ----------
    family : (n_runs,) of each run
    observed, predicted : (n_runs,) in the unit of the target
    """

    law: str
    family: tuple[str, ...]
    rows: IntArray
    observed: FloatArray
    predicted: FloatArray

    @property
    def rmse(self) -> float:
        """Root mean square error over all runs, in the unit of the target."""
        return float(np.sqrt(np.mean((self.predicted - self.observed) ** 2)))

    @property
    def rank_correlation(self) -> float:
        """Spearman's, over all runs."""
        from scipy.stats import rankdata

        forecast, seen = rankdata(self.predicted), rankdata(self.observed)
        return float(np.corrcoef(forecast, seen)[0, 1])

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """``runs`` with every forecast, ``families`` with an error each."""
        runs = pl.DataFrame(
            {
                "row": self.rows,
                "family": self.family,
                "observed": self.observed,
                "predicted": self.predicted,
            }
        )
        error = pl.col("predicted") - pl.col("observed")
        families = runs.group_by("family", maintain_order=True).agg(
            n=pl.len(), bias=error.mean(), rmse=(error**2).mean().sqrt()
        )
        return {"runs": runs, "families": families}

    def __repr__(self) -> str:
        return "\n".join(
            (
                f"{self.law} with one family left out, {len(set(self.family))} families",
                f"  error {self.rmse:.4g} over {len(self.observed)} runs",
                f"  rank correlation {self.rank_correlation:.2f}",
            )
        )


def leave_one_out(
    runs: Runs,
    law: Law | str,
    *,
    by: str = "family",
    axes: Mapping[str, str] | None = None,
    target: str | None = None,
    objective: Objective | None = None,
    seed: int = 0,
) -> LeftOut:
    """Fit without each family in turn and forecast it.

    Parameters
    ----------
    by : column whose equal values make a family.
    axes, target, objective : as in ``fit_law``.

    Raises
    ------
    DataError
        E523 with fewer than three families.
    FitError
        If the runs without a family cannot determine the law.
    """
    labels = np.array(runs.text(by))
    names = list(dict.fromkeys(labels.tolist()))
    if len(names) < FEWEST:
        raise DataError(
            f"There are {len(names)} families, {FEWEST} are needed.",
            where=f"column '{by}'",
            matters="the error of a family that was left out rests on the others.",
            do="name another column, or add families.",
            code="E523",
        )
    predicted = np.empty(len(runs))
    observed = predicted
    name = ""
    for family in names:
        own = labels == family
        fit = fit_law(
            runs.take(~own),
            law,
            axes=axes,
            target=target,
            objective=objective,
            resamples=0,
            seed=seed,
        )
        predicted[own] = fit.predict(fit.inputs_of(runs.take(own))).value
        observed, name = runs.values(fit.target), fit.label
    return LeftOut(name, tuple(labels.tolist()), runs.rows, observed, predicted)
