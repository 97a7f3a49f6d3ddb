"""Looks back: a law fitted to the lower part of the training runs, and its errors on the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import FitError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit

ORIGIN_SHARES = (0.4, 0.5, 0.6, 0.7, 0.8)  # assumption: share of the training runs an origin sees
MIN_ABOVE = 3  # runs an origin must forecast


@dataclass(frozen=True, eq=False)
class Look:
    """What a fit to the runs up to ``cut`` said of the training runs above it.

    Attributes
    ----------
    rows : data rows it was scored on, (n,)
    error : ln observed - ln forecast, (n,)
    reach : natural log of the factor beyond the cut, (n,)
    n_below : runs it was fitted to
    """

    cut: float
    rows: IntArray
    error: FloatArray
    reach: FloatArray
    n_below: int

    @property
    def mean_square(self) -> float:
        """Of the log errors: noise, doubt and extrapolation together."""
        return float(np.mean(self.error**2))


def look_back(
    training: Runs, values: FloatArray, refit: Callable[[Runs], Fit], observed: FloatArray
) -> tuple[Look, ...]:
    """Fit the lower part of the training runs, look at the errors on the upper part, roll.

    Parameters
    ----------
    values : quantity of the split, (n_training,)
    refit : a point fit of the law to some of the runs
    observed : target, (n_training,)
    """
    cuts = np.unique(np.quantile(values, ORIGIN_SHARES, method="lower"))
    looks = [_look(training, values, refit, observed, float(cut)) for cut in cuts]
    return tuple(look for look in looks if look is not None)


def tested_reach(looks: Sequence[Look]) -> float:
    """Root mean square log reach of the looks, each counted once."""
    return float(np.sqrt(np.mean([np.mean(look.reach**2) for look in looks])))


def _look(
    training: Runs,
    values: FloatArray,
    refit: Callable[[Runs], Fit],
    observed: FloatArray,
    cut: float,
) -> Look | None:
    below = values <= cut
    if np.sum(~below) < MIN_ABOVE:
        return None
    try:
        fit = refit(training.take(below))
    except FitError:  # too few distinct runs below: one look fewer, which the count shows
        return None
    above = training.take(~below)
    with np.errstate(all="ignore"):
        error = np.log(observed[~below]) - np.log(fit.predict(fit.inputs_of(above)).value)
    if not np.isfinite(error).all():
        return None
    reach = np.log(values[~below] / cut)
    return Look(cut, above.rows, error, reach, int(below.sum()))
