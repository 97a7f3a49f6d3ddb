"""How wrong a law gets beyond its data, learnt by backtests inside the training runs alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit

ORIGIN_SHARES = (0.4, 0.5, 0.6, 0.7, 0.8)  # assumption: share of the training runs an origin sees
MIN_ORIGINS = 2  # one origin says nothing of how much origins differ
MIN_ABOVE = 3  # runs an origin must forecast
UNKNOWN_RATE = 0.02  # assumption: log error per e-fold of reach where no backtest is possible
LEAST_FREEDOM = 2  # degrees of freedom; heavier tails have no finite standard deviation
MOST_DRAWS, MOST_CELLS = 4000, 20_000_000  # assumption: Monte Carlo error under 1% of a width


@dataclass(frozen=True)
class Extrapolation:
    """Log error beyond noise: what backtests measured, growing in proportion beyond their reach.

    ``level * max(1, log reach / tested)``. Of seven forms this one has the smallest interval score
    among those whose 95% intervals cover 95% of the held-out runs on each of 15 public tables
    (``python -m benchmarks.interval_forms``; the runs of besiroglu2024 had no vote).

    Attributes
    ----------
    level : standard deviation of the log error at the reaches that were measured
    tested : root mean square log reach of the backtests
    freedom : degrees of freedom of its Student t: origins less one
    n_origins : backtests it rests on; with fewer than 2 the rate is an assumption
    """

    level: float
    tested: float
    freedom: int
    n_origins: int

    @property
    def is_known(self) -> bool:
        """True if it was measured."""
        return self.n_origins >= MIN_ORIGINS

    @property
    def rate(self) -> float:
        """Log error per e-fold of reach, beyond the tested reach."""
        return self.level / self.tested

    def error_at(self, log_reach: FloatArray) -> FloatArray:
        """Standard deviation of the log error, (n,), at log reaches >= 0."""
        least = self.tested if self.is_known else 0.0
        return np.asarray(self.rate * np.maximum(log_reach, least))


def learn_extrapolation(
    training: Runs, values: FloatArray, refit: Callable[[Runs], Fit], observed: FloatArray
) -> Extrapolation:
    """What the origins inside the training runs say; see ``look_back``.

    With fewer than two origins the rate is an assumption, and no lower than what one measured.
    """
    found = look_back(training, values, refit, observed)
    if len(found) < MIN_ORIGINS:
        seen = np.sqrt(found[:, 0] / found[:, 1])
        rate = max(UNKNOWN_RATE, *seen) if len(found) else UNKNOWN_RATE
        return Extrapolation(float(rate), 1.0, LEAST_FREEDOM, len(found))
    level, tested = np.sqrt(found.mean(axis=0))
    freedom = max(len(found) - 1, LEAST_FREEDOM)
    return Extrapolation(float(level), float(tested), freedom, len(found))


def look_back(
    training: Runs, values: FloatArray, refit: Callable[[Runs], Fit], observed: FloatArray
) -> FloatArray:
    """Fit the lower part of the training runs, look at the errors on the upper part, roll.

    Returns (n_origins, 2): the excess of the mean squared log error over the noise of that fit,
    and the mean squared log reach. Doubt in the parameters of the origin is not taken out, so
    the excess errs on the wide side.

    Parameters
    ----------
    values : quantity of the split, (n_training,)
    refit : a point fit of the law to some of the runs
    observed : target, (n_training,)
    """
    cuts = np.unique(np.quantile(values, ORIGIN_SHARES, method="lower"))
    looks = [_look(training, values, refit, observed, float(cut)) for cut in cuts]
    return np.array([look for look in looks if look is not None]).reshape(-1, 2)


def _look(
    training: Runs,
    values: FloatArray,
    refit: Callable[[Runs], Fit],
    observed: FloatArray,
    cut: float,
) -> tuple[float, float] | None:
    """Excess squared log error, and mean squared log reach, of one origin."""
    below = values <= cut
    if np.sum(~below) < MIN_ABOVE:
        return None
    try:
        fit = refit(training.take(below))
    except FitError:  # too few distinct runs below: one origin fewer, counted in n_origins
        return None
    above = training.take(~below)
    error = np.log(observed[~below]) - np.log(fit.predict(fit.inputs_of(above)).value)
    reach = np.log(values[~below] / cut)
    excess = max(float(np.mean(error**2)) - _noise_variance(fit), 0.0)
    return (excess, float(np.mean(reach**2))) if np.isfinite(excess) else None


def predictive(
    fit: Fit,
    test: Runs,
    reach: FloatArray,
    extrapolation: Extrapolation,
    levels: tuple[float, ...],
) -> dict[float, tuple[FloatArray, FloatArray]]:
    """Central predictive intervals of single held-out runs: {level: (low, high)}, (n_test,) each.

    Parameter doubt (draws), run-to-run noise (training residuals, resampled, tails kept) and a
    Student t that grows with the log reach.

    Parameters
    ----------
    reach : natural log of the factor beyond the largest training value, (n_test,), zero inside
    """
    rng = np.random.default_rng(fit.seed)
    with np.errstate(all="ignore"):
        spread = np.log(fit.predict_draws(fit.inputs_of(test)))
    spread = spread[np.isfinite(spread).all(axis=1)]
    n = max(min(MOST_DRAWS, MOST_CELLS // max(len(reach), 1)), 200)
    sample = spread[rng.integers(len(spread), size=n)]
    sample = sample + rng.choice(_inflated(fit), size=sample.shape)
    shock = rng.standard_t(extrapolation.freedom, size=(n, 1))
    sample = sample + shock * extrapolation.error_at(reach)
    intervals = {}
    for level in levels:
        low, high = np.quantile(sample, [0.5 - level / 2, 0.5 + level / 2], axis=0)
        intervals[level] = (np.exp(low), np.exp(high))
    return intervals


def _noise_variance(fit: Fit) -> float:
    return float(np.mean(_inflated(fit) ** 2))


def _inflated(fit: Fit) -> FloatArray:
    """Residuals with the freedom restored that the fit used up."""
    free = len(fit.law.parameters) - len(fit.fixed)
    n = len(fit.residuals)
    return fit.residuals * float(np.sqrt(n / max(n - free, 1)))
