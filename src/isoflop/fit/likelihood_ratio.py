"""Does a parameter of a law differ from a value? By the ratio of Gaussian likelihoods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import UsageError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law


@dataclass(frozen=True, eq=False)
class LikelihoodRatio:
    """Twice the log ratio, its p value, and both fits.

    Attributes
    ----------
    at_boundary : whether the held value is a bound, so that half of the chance is at zero
    """

    statistic: float
    p_value: float
    at_boundary: bool
    free: Fit
    held: Fit


def likelihood_ratio(
    runs: Runs,
    law: Law | str,
    name: str,
    value: float = 0.0,
    *,
    fixed: Mapping[str, float] | None = None,
    axes: Mapping[str, str] | None = None,
    resamples: int = 0,
    seed: int = 0,
) -> LikelihoodRatio:
    """Test a law against the same law with one parameter held.

    Residuals are taken for independent and Gaussian of unknown size, so rows of one trajectory
    make the test too sure of itself: use final states only.

    Parameters
    ----------
    name, value : what is held; on a bound of the parameter the p value is halved (the chance of
        an estimate exactly on it is one half).
    fixed, axes, resamples, seed : as in ``fit_law``, for the free fit.

    Raises
    ------
    UsageError
        E346 if the parameter is fixed already.
    """
    chosen = get_law(law) if isinstance(law, str) else law
    parameter, others = chosen.parameter(name), dict(fixed or {})
    if name in others:
        raise UsageError(
            f"{name} is tested and held fixed.",
            where=f"parameter {name}",
            matters="a parameter that cannot move cannot be tested.",
            do="leave it free.",
            code="E346",
        )
    squared = Objective("squared_log" if chosen.scale == "log" else "squared")
    free = fit_law(
        runs, chosen, axes=axes, objective=squared, fixed=others, resamples=resamples, seed=seed
    )
    held = fit_law(
        runs, chosen, axes=axes, objective=squared, fixed={**others, name: value}, resamples=0,
        seed=seed,
    )  # fmt: skip
    return _compared(free, held, value in (parameter.low, parameter.high))


def _compared(free: Fit, held: Fit, at_boundary: bool) -> LikelihoodRatio:
    from scipy.stats import chi2

    rest = float(np.sum(held.residuals**2)), float(np.sum(free.residuals**2))
    least = np.finfo(float).tiny
    statistic = max(free.n_rows * float(np.log(max(rest[0], least) / max(rest[1], least))), 0.0)
    chance = float(chi2.sf(statistic, 1))
    p_value = (0.5 * chance if statistic > 0.0 else 1.0) if at_boundary else chance
    return LikelihoodRatio(statistic, p_value, at_boundary, free, held)
