"""Latent skills shared by families of models, each family with an effect of its own (Sloth)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import DataError
from isoflop.fit.scores.forecast import ScoreForecast, interval_of
from isoflop.fit.scores.hull import HALF_DECADE, pulled_into_hull
from isoflop.fit.scores.rotation import varimax
from isoflop.fit.scores.saved import array, listed, mapped, named, number, plain, whole
from isoflop.fit.scores.skills import Evidence, Skills, coordinates, random_start, solve_skills
from isoflop.fit.scores.table import ScoreTable

STARTS = 5  # assumption: single starts of three skills ended 0 to 12% above the best of five


@dataclass(frozen=True, eq=False)
class SlothFit:
    """Skills of families as functions of size and tokens.

    Attributes
    ----------
    families : names, in the order of ``model.families``
    corners : (n_models, 2) log10 N and log10 D of the training models, whose hull bounds forecasts
    residuals : (n_models, n_benchmarks) of the training models, NaN where missing
    """

    benchmarks: tuple[str, ...]
    floors: FloatArray
    families: tuple[str, ...]
    model: Skills
    corners: FloatArray
    residuals: FloatArray
    draws: tuple[Skills, ...]
    loss: float
    level: float
    seed: int
    n_models: int
    method: str = "sloth"

    @property
    def starts_from(self) -> tuple[str, ...]:
        """No scores: a forecast uses family, size and tokens."""
        return ()

    @property
    def n_draws(self) -> int:
        """Resamples behind the intervals."""
        return len(self.draws)

    def forecast(self, table: ScoreTable, level: float | None = None) -> ScoreForecast:
        """All scores of models of known families, from size and tokens.

        Sizes and tokens further than half a decade outside those of the training models count as
        half a decade: the product term extrapolates badly.

        Raises
        ------
        DataError
            E563 for an unknown family, or a model without size or tokens.
        """
        labels, x = self._labels(table), self._x(table)
        value = self.model.scores(self.model.theta(x, labels), self.floors)
        level = self.level if level is None else level
        lo = hi = None
        if self.draws:
            drawn = np.array([one.scores(one.theta(x, labels), self.floors) for one in self.draws])
            rng = np.random.default_rng(self.seed)
            numbers = len(self.model.flat) / len(self.benchmarks)
            lo, hi = interval_of(drawn, self.residuals, level, rng, numbers)
        return ScoreForecast(table.models, self.benchmarks, value, lo, hi, level)

    def skills(self, table: ScoreTable) -> FloatArray:
        """Skills (n_models, n_skills) after the varimax rotation."""
        return self.model.theta(self._x(table), self._labels(table))

    def least_size(
        self, family: str, benchmark: str, score: float, *, tokens_per_parameter: float
    ) -> float | None:
        """Smallest size of a family that reaches a score at fixed tokens per parameter.

        Returns
        -------
        Parameters, or None if no size within the reach of the training models does.
        """
        low, high = (
            10.0 ** (self.corners[:, 0].min() - HALF_DECADE),
            10.0 ** (self.corners[:, 0].max() + HALF_DECADE),
        )
        sizes = np.geomspace(low, high, 400)
        labels = np.full(len(sizes), self._family(family), dtype=np.int64)
        x = self._clipped(sizes, sizes * tokens_per_parameter)
        said = self.model.scores(self.model.theta(x, labels), self.floors)
        enough = np.flatnonzero(said[:, self.benchmarks.index(benchmark)] >= score)
        return float(sizes[enough[0]]) if len(enough) else None

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "benchmarks": list(self.benchmarks),
            "floors": plain(self.floors),
            "families": list(self.families),
            "model": _saved(self.model),
            "corners": plain(self.corners),
            "residuals": plain(self.residuals),
            "draws": [_saved(one) for one in self.draws],
            "loss": self.loss,
            "level": self.level,
            "seed": self.seed,
            "models": self.n_models,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> SlothFit:
        """A fit from its document."""
        return cls(
            benchmarks=named(document["benchmarks"]),
            floors=array(document["floors"]),
            families=named(document["families"]),
            model=_skills(document["model"]),
            corners=array(document["corners"]),
            residuals=array(document["residuals"]),
            draws=tuple(_skills(one) for one in listed(document["draws"])),
            loss=number(document["loss"]),
            level=number(document["level"]),
            seed=whole(document["seed"]),
            n_models=whole(document["models"]),
        )

    def summary(self) -> list[tuple[str, str]]:
        """What to print: name and value."""
        rows = [
            ("models", f"{self.n_models} of {len(self.families)} families"),
            ("loss", f"{self.loss:.4g} (smooth L1, mean over scores)"),
        ]
        for k, (loading, slope) in enumerate(
            zip(self.model.loadings.T, self.model.slopes, strict=True)
        ):
            top = np.argsort(-np.abs(loading))[:3]
            shown = ", ".join(f"{self.benchmarks[j]} {loading[j]:+.2f}" for j in top)
            rows.append((f"skill {k + 1}", f"{shown}; {slope[0]:+.2f}/decade N, {slope[1]:+.2f} D"))
        return rows

    def _family(self, family: str) -> int:
        if family not in self.families:
            raise DataError(
                f"Family '{family}' was not trained on.",
                where=f"families: {', '.join(self.families[:12])}",
                matters="a family's efficiency is known from its own models only.",
                do="add one small model of it, with scores, size and tokens, and fit again.",
                code="E563",
            )
        return self.families.index(family)

    def _labels(self, table: ScoreTable) -> IntArray:
        return np.array([self._family(name) for name in table.families], dtype=np.int64)

    def _x(self, table: ScoreTable) -> FloatArray:
        lost = np.flatnonzero(~np.isfinite(table.params * table.tokens))
        if len(lost):
            raise DataError(
                f"{len(lost)} models have no size or tokens, first {table.models[lost[0]]}.",
                where="columns 'params' and 'tokens'",
                matters="skills grow with both.",
                do="give them, or use --method collaborative.",
                code="E563",
            )
        return self._clipped(table.params, table.tokens)

    def _clipped(self, size: FloatArray, tokens: FloatArray) -> FloatArray:
        points = pulled_into_hull(np.log10(np.column_stack([size, tokens])), self.corners)
        return coordinates(10.0 ** points[:, 0], 10.0 ** points[:, 1])


def fit_sloth(
    table: ScoreTable,
    *,
    n_skills: int = 2,
    resamples: int = 50,
    level: float = 0.9,
    seed: int = 0,
    n_starts: int = STARTS,
    progress: Callable[[int, int], None] | None = None,
) -> SlothFit:
    """Fit skills to all models with a size, tokens and a score.

    Parameters
    ----------
    n_skills : latent skills.
    resamples : every family, and every model within it, weighted anew by exponential weights
        (a Bayesian bootstrap: no family is ever lost, so each keeps its effect).

    Raises
    ------
    DataError
        E560 with fewer models than skills and one.

    Source
    ------
    sloth2024 (form, loss, starts); L-BFGS with exact gradients in place of Adam.
    """
    usable = np.isfinite(table.params * table.tokens) & np.isfinite(table.values).any(axis=1)
    known = table.take(usable)
    if len(known) <= n_skills + 1 or known.values.shape[1] < n_skills:
        raise DataError(
            f"{len(known)} models with size and tokens cannot show {n_skills} skills.",
            where=f"{len(table)} models, {len(table.benchmarks)} benchmarks",
            matters="skills are told apart by models and benchmarks.",
            do="add models and benchmarks, or ask for fewer: --components 1",
            code="E560",
        )
    families, labels = known.family_labels()
    x = coordinates(known.params, known.tokens)
    evidence = Evidence(known.values, x, labels, known.floors, np.ones(len(known)))
    rng = np.random.default_rng(seed)
    ends = [solve_skills(random_start(evidence, n_skills, rng), evidence) for _ in range(n_starts)]
    best, loss = min(ends, key=lambda end: end[1])
    draws = []
    for i in range(resamples):
        weights = rng.exponential(size=len(families))[labels] * rng.exponential(size=len(known))
        draws.append(solve_skills(best, replace(evidence, weights=weights), 200)[0])
        if progress is not None:
            progress(i + 1, resamples)
    turned = _rotated(best)
    fitted = turned.scores(turned.theta(x, labels), known.floors)
    return SlothFit(
        known.benchmarks,
        known.floors,
        families,
        turned,
        np.log10(np.column_stack([known.params, known.tokens])),
        known.values - fitted,
        tuple(draws),
        loss,
        level,
        seed,
        len(known),
    )


def _rotated(model: Skills) -> Skills:
    """The same scores with skills that are simple to read; forecasts do not change."""
    R = varimax(model.loadings)
    return Skills(model.loadings @ R, model.offsets, R.T @ model.slopes, model.families @ R)


def _saved(model: Skills) -> dict[str, object]:
    return {
        "loadings": plain(model.loadings),
        "offsets": plain(model.offsets),
        "slopes": plain(model.slopes),
        "families": plain(model.families),
    }


def _skills(document: object) -> Skills:
    fields = mapped(document)
    return Skills(*(array(fields[n]) for n in ("loadings", "offsets", "slopes", "families")))
