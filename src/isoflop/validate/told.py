"""What one fit, or a weighted sum of several, says of runs not yet seen, in logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit

MOST_DOUBT = 1.0  # ln units; resamples that differ by more say only that nothing is known
SPREAD = (0.16, 0.84)  # quantiles one standard deviation from the median of a normal


@dataclass(frozen=True, eq=False)
class Told:
    """A forecast in logs and two of its doubts.

    Attributes
    ----------
    log_value : ln of the forecast, (n,)
    doubt : standard deviation of it over resamples of the training runs, robust, (n,)
    noise : standard deviation of single runs about the law, from the residuals
    """

    log_value: FloatArray
    doubt: FloatArray
    noise: float


def told_by(fit: Fit, runs: Runs) -> Told:
    """What a fit says of the runs of a table."""
    inputs = fit.inputs_of(runs)
    value = np.log(fit.predict(inputs).value)
    return Told(np.asarray(value), _doubt(fit, inputs), noise_of(fit))


def noise_of(fit: Fit) -> float:
    """Root mean square of the residuals, with the freedom restored that the fit used up."""
    free = len(fit.law.parameters) - len(fit.fixed)
    n = len(fit.residuals)
    if n == 0:
        return 0.0
    return float(np.sqrt(np.sum(fit.residuals**2) / max(n - free, 1)))


def combined(parts: Mapping[str, Told], weights: Mapping[str, float]) -> Told:
    """The weighted sum in logs; doubts add as if they were one, since the runs behind are one."""
    used = [(parts[name], weight) for name, weight in weights.items() if weight > 0.0]
    value = np.sum([weight * part.log_value for part, weight in used], axis=0)
    doubt = np.sum([weight * part.doubt for part, weight in used], axis=0)
    return Told(value, doubt, float(sum(weight * part.noise for part, weight in used)))


def _doubt(fit: Fit, inputs: Mapping[str, FloatArray]) -> FloatArray:
    n = len(next(iter(inputs.values())))
    if not len(fit.draws):
        return np.zeros(n)
    with np.errstate(all="ignore"):
        spread = np.log(fit.predict_draws(inputs))
    spread = spread[np.isfinite(spread).all(axis=1)]
    if len(spread) < 2:
        return np.full(n, MOST_DOUBT)
    low, high = np.quantile(spread, SPREAD, axis=0)
    return np.asarray(np.minimum(0.5 * (high - low), MOST_DOUBT))
