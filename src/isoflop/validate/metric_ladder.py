"""At which step from log-likelihood to accuracy a benchmark stops following compute.

Multiple choice is scored in steps: ln p(correct) -> p(correct) -> p(correct | choices) -> accuracy
or Brier score. Per item, over models, the correlation with log compute falls at each step; the loss
comes from the probability of the few wrong choices (schaeffer2024, arXiv 2406.04391).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import DataError

LEAST_MODELS = 6  # catalogue X77: compute points an item's correlation needs
STRONG = 0.5  # catalogue X77: share of items whose correlation exceeds this
KINDS = ("pearson", "spearman", "kendall")
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Stage:
    """One step of the ladder.

    Attributes
    ----------
    correlations : {kind: (n_items,)}; NaN for items on which all models score the same
    """

    name: str
    correlations: dict[str, FloatArray]

    def strong(self, kind: str = "spearman") -> float:
        """Share of all items whose correlation exceeds one half in size."""
        return float(np.mean(np.nan_to_num(np.abs(self.correlations[kind])) > STRONG))

    def quantiles(self, kind: str = "spearman") -> dict[str, float]:
        """Quantiles over items of the size of the correlation; constant items count as zero."""
        sizes = np.nan_to_num(np.abs(self.correlations[kind]))
        found = np.quantile(sizes, QUANTILES)
        return {f"{q:g}": float(value) for q, value in zip(QUANTILES, found, strict=True)}


@dataclass(frozen=True)
class MetricLadder:
    """Every stage from log-likelihood down."""

    stages: tuple[Stage, ...]
    n_models: int
    n_items: int

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "models": self.n_models,
            "items": self.n_items,
            "stages": [
                {
                    "name": stage.name,
                    "constant": int(np.isnan(stage.correlations["pearson"]).sum()),
                    **{
                        kind: {"strong": stage.strong(kind), "abs": stage.quantiles(kind)}
                        for kind in KINDS
                    },
                }
                for stage in self.stages
            ],
        }


def metric_ladder(log_p: FloatArray, correct: IntArray, compute: FloatArray) -> MetricLadder:
    """Correlation of each item's metric with log compute, stage by stage.

    Parameters
    ----------
    log_p : (n_models, n_items, n_choices) natural log of the probability of each choice under the
        full vocabulary.
    correct : (n_items,) index of the right choice.
    compute : (n_models,) FLOP, models of one recipe.

    Raises
    ------
    DataError
        E559 with fewer than six distinct amounts of compute.
    """
    distinct = len(np.unique(compute))
    if distinct < LEAST_MODELS:
        raise DataError(
            f"{distinct} amounts of compute are too few for correlations of single items.",
            where="compute",
            matters=f"an item needs {LEAST_MODELS} models of one recipe.",
            do="score more models, or forecast the mean over items.",
            code="E559",
        )
    n_models, n_items, _ = log_p.shape
    x = np.log(compute)
    stages = tuple(
        Stage(name, {kind: _correlations(kind, x, values) for kind in KINDS})
        for name, values in stage_values(log_p, correct).items()
    )
    return MetricLadder(stages, n_models, n_items)


def stage_values(log_p: FloatArray, correct: IntArray) -> dict[str, FloatArray]:
    """{stage: (n_models, n_items)} of the metric at every step, and the mass on wrong choices.

    ``p_wrong`` is what a forecast of accuracy needs beside p(correct).
    """
    chosen = np.take_along_axis(log_p, correct[None, :, None], axis=2)[:, :, 0]
    shifted = np.exp(log_p - log_p.max(axis=2, keepdims=True))
    given = shifted / shifted.sum(axis=2, keepdims=True)
    truth = np.zeros(given.shape[1:])
    truth[np.arange(len(correct)), correct] = 1.0
    p_choice = np.take_along_axis(given, correct[None, :, None], axis=2)[:, :, 0]
    return {
        "log_p_correct": chosen,
        "p_correct": np.exp(chosen),
        "p_wrong": np.exp(log_p).sum(axis=2) - np.exp(chosen),
        "p_correct_given_choices": p_choice,
        "accuracy": (given.argmax(axis=2) == correct[None, :]).astype(float),
        "brier": ((given - truth[None]) ** 2).sum(axis=2),
    }


def forecast_stage(errors: dict[str, float], tolerance: float) -> str | None:
    """The last stage, in the order given, whose extrapolation error is within tolerance.

    Parameters
    ----------
    errors : {stage: relative error of held-out forecasts}, from log-likelihood down to accuracy.
    """
    good = [name for name, error in errors.items() if error <= tolerance]
    return good[-1] if good else None


def _correlations(kind: str, x: FloatArray, values: FloatArray) -> FloatArray:
    if kind == "kendall":
        return _kendall(x, values)
    if kind == "spearman":
        from scipy.stats import rankdata

        x, values = rankdata(x), rankdata(values, axis=0)
    x = x - x.mean()
    centred = values - values.mean(axis=0)
    return _ratio(x @ centred, np.sqrt(x @ x) * np.sqrt((centred**2).sum(axis=0)))


def _kendall(x: FloatArray, values: FloatArray) -> FloatArray:
    """Tau-b of every column with x."""
    first, second = np.triu_indices(len(x), 1)
    a = np.sign(x[first] - x[second])
    b = np.sign(values[first] - values[second])
    return _ratio(a @ b, np.sqrt(np.sum(a**2)) * np.sqrt((b**2).sum(axis=0)))


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    constant = below <= 1e-12 * np.max(below, initial=1e-300)
    return np.where(constant, np.nan, above / np.where(constant, 1.0, below))
