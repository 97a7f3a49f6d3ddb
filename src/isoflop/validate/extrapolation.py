"""How wrong a law gets beyond its data, learnt by backtests inside the training runs alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.validate.looks import Look, look_back, tested_reach
from isoflop.validate.told import Told, told_by

MIN_ORIGINS = 2  # one origin says nothing of how much origins differ
UNKNOWN_RATE = 0.02  # assumption: log error per e-fold of reach where no backtest is possible

# The four numbers of the form, by maximum likelihood on half of the tables, one vote a law and
# table (``python -m benchmarks.interval_forms``, which also says how the other half fares).
LOOK_SHARE = 0.47  # of the mean squared error of the last look back
COMMON_RATE = 0.0041  # log error per e-fold of reach that no look back shows
DOUBT_SHARE = 0.56  # of the variance of the parameters' doubt; looks hold part of it already
FREEDOM = 9  # degrees of freedom of the Student t

SEED_SD = 0.002  # M05: least run-to-run noise seen; residuals below it are overfitting
ALIKE = ("params", "tokens", "tokens_unique", "lr", "batch_tokens", "recipe", "dataset")
MIN_REPEATS = 3  # degrees of freedom before repeated runs say how large the noise is


@dataclass(frozen=True)
class Extrapolation:
    """Log error beyond noise: what looks back measured, growing in proportion beyond their reach.

    ``level * max(1, log reach / tested)`` and ``common * log reach``, added as variances.

    Attributes
    ----------
    level : standard deviation of the log error at the reaches that were measured
    tested : root mean square log reach of the looks
    freedom : degrees of freedom of its Student t
    n_origins : looks it rests on; with fewer than 2 the level is an assumption
    common : log error per e-fold of reach that laws have on any table
    seed_sd : least run-to-run noise, standard deviation of ln target
    """

    level: float
    tested: float
    freedom: int
    n_origins: int
    common: float = 0.0
    seed_sd: float = 0.0

    @property
    def is_known(self) -> bool:
        """True if it was measured."""
        return self.n_origins >= MIN_ORIGINS

    @property
    def rate(self) -> float:
        """Log error per e-fold of reach that was measured, beyond the tested reach."""
        return self.level / self.tested

    def error_at(self, log_reach: FloatArray) -> FloatArray:
        """Standard deviation of the log error, (n,), at log reaches >= 0."""
        least = self.tested if self.is_known else 0.0
        measured = self.rate * np.maximum(log_reach, least)
        return np.asarray(np.hypot(measured, self.common * log_reach))


def learn_extrapolation(
    training: Runs, values: FloatArray, refit: Callable[[Runs], Fit], observed: FloatArray
) -> Extrapolation:
    """What the origins inside the training runs say; see ``look_back``."""
    looks = look_back(training, values, refit, observed)
    return extrapolation_of(looks, repeat_sd(training, observed))


def extrapolation_of(looks: Sequence[Look], seed_sd: float | None = None) -> Extrapolation:
    """The error that looks back show.

    The last look, from the most runs, says how large errors are; with fewer than two looks the
    rate is an assumption, and no lower than what one measured.

    Parameters
    ----------
    seed_sd : of repeated runs; the least that M05 saw where there are none.
    """
    noise = SEED_SD if seed_sd is None else seed_sd
    if len(looks) < MIN_ORIGINS:
        rates = [float(np.sqrt(LOOK_SHARE * look.mean_square)) / _reach(look) for look in looks]
        rate = max([UNKNOWN_RATE, *rates])
        return Extrapolation(rate, 1.0, FREEDOM, len(looks), COMMON_RATE, noise)
    level = float(np.sqrt(LOOK_SHARE * looks[-1].mean_square))
    return Extrapolation(level, tested_reach(looks), FREEDOM, len(looks), COMMON_RATE, noise)


def _reach(look: Look) -> float:
    return float(np.sqrt(np.mean(look.reach**2)))


def repeat_sd(runs: Runs, observed: FloatArray) -> float | None:
    """Standard deviation of ln target among runs alike in all but their seed; None without them.

    Parameters
    ----------
    observed : target, (n_runs,)
    """
    keys = [name for name in ALIKE if name in runs.columns]
    if "seed" not in runs.columns or not keys:
        return None
    groups = runs.table.select(keys).with_row_index("place").group_by(keys).agg("place")
    squares, freedom = 0.0, 0
    for places in groups["place"].to_list():
        logs = np.log(observed[places])
        squares += float(np.sum((logs - logs.mean()) ** 2))
        freedom += len(places) - 1
    return float(np.sqrt(squares / freedom)) if freedom >= MIN_REPEATS else None


def predictive(
    fit: Fit,
    test: Runs,
    reach: FloatArray,
    extrapolation: Extrapolation,
    levels: tuple[float, ...],
) -> dict[float, tuple[FloatArray, FloatArray]]:
    """Central predictive intervals of single held-out runs: {level: (low, high)}, (n_test,) each.

    Parameters
    ----------
    reach : natural log of the factor beyond the largest training value, (n_test,), zero inside
    """
    return spans(told_by(fit, test), reach, extrapolation, levels)


def spans(
    told: Told, reach: FloatArray, extrapolation: Extrapolation, levels: tuple[float, ...]
) -> dict[float, tuple[FloatArray, FloatArray]]:
    """Parameter doubt, run-to-run noise and extrapolation error, as one Student t of the log."""
    from scipy.stats import norm
    from scipy.stats import t as student

    error = extrapolation.error_at(reach)
    noise = max(told.noise, extrapolation.seed_sd)
    learnt = extrapolation.level > 0.0 or extrapolation.common > 0.0
    share = DOUBT_SHARE if learnt else 1.0
    sd = np.sqrt(noise**2 + share * told.doubt**2 + error**2)
    tail = student(extrapolation.freedom) if learnt else norm()
    found = {}
    for level in levels:
        half = float(tail.ppf(0.5 + level / 2)) * sd
        found[level] = (np.exp(told.log_value - half), np.exp(told.log_value + half))
    return found
