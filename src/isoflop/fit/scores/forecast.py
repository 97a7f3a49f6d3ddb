"""Forecasts of scores, with intervals where the doubt is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray

LEAST_SAMPLES = 1000  # of draw and scatter together: fewer make the ends of an interval themselves
# uncertain, and the interval too short


@dataclass(frozen=True, eq=False)
class ScoreForecast:
    """Scores of models on benchmarks, as fractions.

    Attributes
    ----------
    value : (n_models, n_benchmarks); NaN where nothing is known of the model
    lo, hi : the same shape, for the score of one model at ``level``; None without resamples
    """

    models: tuple[str, ...]
    benchmarks: tuple[str, ...]
    value: FloatArray
    lo: FloatArray | None
    hi: FloatArray | None
    level: float

    def column(self, benchmark: str) -> FloatArray:
        """Forecasts on one benchmark, (n_models,)."""
        return self.value[:, self.benchmarks.index(benchmark)]

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON: one row a model and benchmark."""
        rows = []
        for i, model in enumerate(self.models):
            for j, benchmark in enumerate(self.benchmarks):
                lo = None if self.lo is None else _plain(self.lo[i, j])
                hi = None if self.hi is None else _plain(self.hi[i, j])
                rows.append(
                    {
                        "model": model,
                        "benchmark": benchmark,
                        "value": _plain(self.value[i, j]),
                        "lo": lo,
                        "hi": hi,
                        "level": self.level,
                    }
                )
        return {"points": rows}


def interval_of(
    draws: FloatArray,
    residuals: FloatArray,
    level: float,
    rng: np.random.Generator,
    numbers: float = 0.0,
) -> tuple[FloatArray, FloatArray]:
    """Central interval of one further score: doubt of the fit, and scatter of single models.

    Parameters
    ----------
    draws : (n_draws, n_models, n_benchmarks)
    residuals : (n_training, n_benchmarks), NaN where a score is missing
    numbers : that were fitted to each column of the residuals, which are smaller for it
    """
    noisy = np.repeat(draws, -(-LEAST_SAMPLES // len(draws)), axis=0)
    for j in range(draws.shape[2]):
        known = residuals[np.isfinite(residuals[:, j]), j]
        if len(known):
            freedom = max(len(known) - numbers, 1.0)
            wider = known * np.sqrt(len(known) / freedom)
            noisy[:, :, j] += rng.choice(wider, size=noisy.shape[:2])
    tail = 50.0 * (1.0 - level)
    lo, hi = np.nanpercentile(np.clip(noisy, 0.0, 1.0), [tail, 100.0 - tail], axis=0)
    return np.asarray(lo), np.asarray(hi)


def family_counts(labels: IntArray, n: int, rng: np.random.Generator) -> FloatArray:
    """How often each model is drawn when whole families are drawn again, (n, n_models)."""
    groups = int(labels.max()) + 1
    return np.asarray(
        rng.multinomial(groups, np.full(groups, 1.0 / groups), size=n)[:, labels], dtype=float
    )


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
