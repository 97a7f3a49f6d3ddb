"""Effective tokens from diversity and syntheticity; does the effect depend on size? (X18)"""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from isoflop.core.errors import DataError
from isoflop.core.runs import Runs
from isoflop.fit.likelihood_ratio import LikelihoodRatio, likelihood_ratio

MEASURES = ("diversity", "syntheticity")


@dataclass(frozen=True, eq=False)
class QualityTokens:
    """The law with and without an effect of size, and how measures were standardised.

    Attributes
    ----------
    test : of c21 = 0; its fits are the law with and without the interaction
    centre, spread : {measure: mean and sd over the corpora}
    """

    test: LikelihoodRatio
    centre: dict[str, float]
    spread: dict[str, float]

    def standardised(self, measure: str, value: float) -> float:
        """A measure of a new corpus as the law takes it."""
        return (value - self.centre[measure]) / self.spread[measure]


def fit_quality_tokens(runs: Runs, *, resamples: int = 0, seed: int = 0) -> QualityTokens:
    """Standardise both measures over the corpora and fit ``quality_tokens`` with and without c21.

    Parameters
    ----------
    runs : rows with params, tokens, loss, diversity, syntheticity.

    Raises
    ------
    DataError
        E546 if a measure is the same in all runs.
    """
    centre, spread = {}, {}
    columns = []
    for measure in MEASURES:
        values = runs.values(measure)
        each = runs.table[measure].cast(pl.Float64).unique()
        centre[measure], spread[measure] = _moments(each)
        if not spread[measure] > 0.0:
            raise DataError(
                f"All corpora have the same {measure}.",
                where=f"column '{measure}'",
                matters="its effect cannot be told from the floor.",
                do="add corpora that differ in it.",
                code="E546",
            )
        columns.append(pl.Series(measure, (values - centre[measure]) / spread[measure]))
    standardised = replace(runs, table=runs.table.with_columns(*columns)).noted(
        "diversity and syntheticity standardised over the corpora"
    )
    test = likelihood_ratio(standardised, "quality_tokens", "c21", resamples=resamples, seed=seed)
    return QualityTokens(test, centre, spread)


def _moments(values: pl.Series) -> tuple[float, float]:
    each = values.to_numpy()
    return float(each.mean()), float(each.std())
