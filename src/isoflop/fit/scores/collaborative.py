"""Collaborative prediction: a new model's scores from the few that are known of it (cpp2024)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError
from isoflop.fit.scores.factors import Factors, fit_factors, logit
from isoflop.fit.scores.forecast import ScoreForecast, family_counts, interval_of
from isoflop.fit.scores.link import sigmoid
from isoflop.fit.scores.saved import array, listed, mapped, named, number, plain, whole
from isoflop.fit.scores.table import ScoreTable, aligned

RIDGES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
MOST_FACTORS = 10  # catalogue X80
HELD_OUT = 1.0 / 3.0  # assumption: the larger third of the models judges ridge and factors
KNOWN = 3  # catalogue X80: scores that are known of a new model


@dataclass(frozen=True, eq=False)
class CollaborativeFit:
    """Factors of benchmarks, and how they were chosen.

    Attributes
    ----------
    tried : (n_tried, 3) factors, ridge and mean absolute error on the larger models held out
    residuals : (n_models, n_benchmarks) in score, each left out of its model's own placing
    """

    benchmarks: tuple[str, ...]
    factors: Factors
    tried: FloatArray
    residuals: FloatArray
    draws: tuple[Factors, ...]
    level: float
    seed: int
    n_models: int
    method: str = "collaborative"

    @property
    def k(self) -> int:
        """Factors beside the offsets."""
        return int(self.factors.loadings.shape[1]) - 1

    @property
    def starts_from(self) -> tuple[str, ...]:
        """Scores of a model that its forecast uses."""
        return self.benchmarks

    @property
    def n_draws(self) -> int:
        """Resamples behind the intervals."""
        return len(self.draws)

    def forecast(self, table: ScoreTable, level: float | None = None) -> ScoreForecast:
        """All scores of models, from those that are known; a known score is not used for itself.

        Raises
        ------
        DataError
            E563 for a model without any score.
        """
        known = aligned(table, self.benchmarks)
        empty = np.flatnonzero(~np.isfinite(known.values).any(axis=1))
        if len(empty):
            raise DataError(
                f"{len(empty)} models have no score, first {table.models[empty[0]]}.",
                where=f"benchmarks {', '.join(self.benchmarks[:8])}",
                matters="a model is placed among the others by its scores.",
                do="give at least one score, three are better.",
                code="E563",
            )
        value = _others(self.factors, known.values)
        level = self.level if level is None else level
        lo = hi = None
        if self.draws:
            drawn = np.array([_others(one, known.values) for one in self.draws])
            lo, hi = interval_of(drawn, self.residuals, level, np.random.default_rng(self.seed))
        return ScoreForecast(table.models, self.benchmarks, value, lo, hi, level)

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "benchmarks": list(self.benchmarks),
            "factors": _saved(self.factors),
            "tried": plain(self.tried),
            "residuals": plain(self.residuals),
            "draws": [_saved(one) for one in self.draws],
            "level": self.level,
            "seed": self.seed,
            "models": self.n_models,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> CollaborativeFit:
        """A fit from its document."""
        return cls(
            benchmarks=named(document["benchmarks"]),
            factors=_factors(document["factors"]),
            tried=array(document["tried"]),
            residuals=array(document["residuals"]),
            draws=tuple(_factors(one) for one in listed(document["draws"])),
            level=number(document["level"]),
            seed=whole(document["seed"]),
            n_models=whole(document["models"]),
        )

    def summary(self) -> list[tuple[str, str]]:
        """What to print: name and value."""
        rows = [
            ("models", f"{self.n_models}, {len(self.benchmarks)} benchmarks"),
            ("factors", f"{self.k} beside the offsets, ridge {self.factors.ridge:g}"),
        ]
        if len(self.tried):
            rows.append(
                ("error", f"{self.tried[:, 2].min():.3f} mean absolute, larger models held out")
            )
        return rows


def fit_collaborative(
    table: ScoreTable,
    *,
    k: int | None = None,
    resamples: int = 100,
    level: float = 0.9,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> CollaborativeFit:
    """Fit factors; their number and the ridge by forecasts of larger models held out whole.

    Parameters
    ----------
    k : factors; chosen by default. Holding out single entries would flatter every choice.
    resamples : families drawn again.

    Raises
    ------
    DataError
        E560 with fewer than six models or three benchmarks.
    """
    known = table.take(np.asarray(np.isfinite(table.values).any(axis=1)))
    logits = logit(known.values)
    n, m = logits.shape
    if n < 2 * KNOWN or m < KNOWN:
        raise DataError(
            f"{n} models and {m} benchmarks are too few to learn from each other.",
            where="score table",
            matters="a model is placed by benchmarks that many models share.",
            do="add models and benchmarks.",
            code="E560",
        )
    rng = np.random.default_rng(seed)
    tried = _choices(known, logits, k, rng)
    best = tried[np.argmin(tried[:, 2])]
    chosen = int(best[0]), float(best[1])
    factors = fit_factors(logits, *chosen)
    draws = []
    for i, counts in enumerate(family_counts(known.family_labels()[1], resamples, rng)):
        draws.append(fit_factors(logits, *chosen, weights=counts))
        if progress is not None:
            progress(i + 1, resamples)
    residuals = known.values - _others(factors, known.values)
    return CollaborativeFit(
        known.benchmarks, factors, tried, residuals, tuple(draws), level, seed, n
    )


def _choices(
    table: ScoreTable, logits: FloatArray, k: int | None, rng: np.random.Generator
) -> FloatArray:
    """(factors, ridge, error) of every choice; the larger models are held out whole."""
    size = np.where(np.isfinite(table.compute), table.compute, table.params)
    scale = np.where(np.isfinite(size), size, -np.inf)
    order = np.argsort(scale, kind="stable")
    large = np.zeros(len(table), dtype=bool)
    large[order[-max(2, round(HELD_OUT * len(table))) :]] = True
    hidden = _hide(np.isfinite(table.values[large]), rng)
    shown = np.where(hidden, np.nan, logits[large])
    most = min(MOST_FACTORS, logits.shape[1] - 2)
    found = []
    for factors in range(1, most + 1) if k is None else (k,):
        for ridge in RIDGES:
            fitted = fit_factors(logits[~large], factors, ridge)
            said = sigmoid(fitted.logits(fitted.place(shown)))
            error = np.abs(said - table.values[large])[hidden]
            found.append((factors, ridge, float(np.mean(error))))
    return np.array(found)


def _hide(known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """All but three of the known scores of each model, or half of fewer."""
    hidden = np.zeros(known.shape, dtype=bool)
    for i, row in enumerate(known):
        have = rng.permutation(np.flatnonzero(row))
        hidden[i, have[min(KNOWN, max(1, len(have) // 2)) :]] = True
    return hidden


def _others(factors: Factors, values: FloatArray) -> FloatArray:
    """Scores of every model on every benchmark, from its scores on the other ones."""
    logits = logit(values)
    said = sigmoid(factors.logits(factors.place(logits)))
    for j in range(values.shape[1]):
        rows = np.isfinite(values[:, j])
        if rows.any():
            rest = logits[rows].copy()
            rest[:, j] = np.nan
            said[rows, j] = sigmoid(factors.logits(factors.place(rest))[:, j])
    return said


def _saved(factors: Factors) -> dict[str, object]:
    return {
        "mean": factors.mean,
        "offsets": plain(factors.offsets),
        "loadings": plain(factors.loadings),
        "ridge": factors.ridge,
    }


def _factors(document: object) -> Factors:
    fields = mapped(document)
    return Factors(
        number(fields["mean"]),
        array(fields["offsets"]),
        array(fields["loadings"]),
        number(fields["ridge"]),
    )
