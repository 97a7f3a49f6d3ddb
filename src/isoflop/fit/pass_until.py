"""Pass rates far below one in a thousand: sample until enough passes, count what was cut short.

An item is sampled until it has passed r times or the budget of trials is spent. Either way its
likelihood is p^r (1-p)^(K-r), so items that never passed keep their say (hu2023; the formulas are
standard).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError

CONCAVE = 2.0  # assumption: standard errors by which a curvature is told from none


@dataclass(frozen=True)
class PassLaw:
    """p(N) = exp(-c N^-alpha), by maximum likelihood.

    Attributes
    ----------
    covariance : (2, 2) of (ln c, alpha)
    curvature, curvature_error : of ln(-ln p) in ln N; clearly negative is emergence, growth faster
        than the law; None with fewer than three sizes
    """

    c: float
    alpha: float
    covariance: FloatArray
    curvature: float | None
    curvature_error: float | None

    @property
    def is_emergent(self) -> bool | None:
        """Whether growth is faster than the law beyond its doubt."""
        if self.curvature is None or self.curvature_error is None:
            return None
        return self.curvature < -CONCAVE * self.curvature_error

    def predict(self, N: FloatArray) -> FloatArray:
        """Pass rate (n,) of models of N (n,) parameters."""
        return np.asarray(np.exp(-self.c * np.exp(-self.alpha * np.log(N))))


def pass_rate(successes: FloatArray, trials: FloatArray) -> FloatArray:
    """Maximum-likelihood rate r/K of each item, (n,); zero where none passed."""
    _check(successes, trials)
    return np.asarray(successes / trials)


def unbiased_pass_rate(successes: FloatArray, trials: FloatArray) -> FloatArray:
    """Unbiased rate (r-1)/(K-1), (n,); NaN for items with fewer than two passes or cut short.

    It is unbiased only where sampling stopped at the r-th pass.
    """
    _check(successes, trials)
    enough = (successes >= 2.0) & (trials >= 2.0)
    return np.asarray(np.where(enough, (successes - 1.0) / np.maximum(trials - 1.0, 1.0), np.nan))


def passes_for(relative_sd: float) -> int:
    """Passes to wait for, so that a rate is known this well: relative sd ~ 1/sqrt(r)."""
    return int(np.ceil(1.0 / relative_sd**2))


def trials_for(passes: int, rate: float) -> float:
    """Expected number of samples until so many passes, r/p."""
    return passes / rate


def fit_pass_law(N: FloatArray, successes: FloatArray, trials: FloatArray) -> PassLaw:
    """The task law over items of several model sizes.

    Parameters
    ----------
    N, successes, trials : (n,) parameters, passes and samples of each item (or of each size).

    Raises
    ------
    DataError
        E559 with one size only, without any pass, without any failure, or with impossible counts.
    """
    _check(successes, trials)
    sizes, where = np.unique(N, return_inverse=True)
    passed = np.bincount(where, weights=successes).astype(np.float64)
    tried = np.bincount(where, weights=trials).astype(np.float64)
    if len(sizes) < 2 or not 0.0 < passed.sum() < tried.sum():
        raise DataError(
            f"{len(sizes)} sizes with {passed.sum():g} passes in {tried.sum():g} samples "
            "determine no law.",
            where="N, successes, trials",
            matters="two numbers need two sizes, passes and failures.",
            do="sample longer, or add models of other sizes.",
            code="E559",
        )
    x = np.log(sizes)
    centre = float(np.average(x, weights=tried))
    found, covariance = _likeliest(x - centre, passed, tried, 2)
    to_lnc = np.array([[1.0, -centre], [0.0, -1.0]])  # (level, slope) -> (ln c, alpha)
    curvature, error = None, None
    if len(sizes) >= 3:
        bent, doubt = _likeliest(x - centre, passed, tried, 3)
        curvature, error = float(bent[2]), float(np.sqrt(doubt[2, 2]))
    log_c, alpha = to_lnc @ found
    return PassLaw(
        float(np.exp(log_c)), float(alpha), to_lnc @ covariance @ to_lnc.T, curvature, error
    )


def _likeliest(
    x: FloatArray, passed: FloatArray, tried: FloatArray, n: int
) -> tuple[FloatArray, FloatArray]:
    """Polynomial of n coefficients for ln(-ln p) in x, and their covariance."""
    from scipy.optimize import minimize

    powers = np.stack([x**i for i in range(n)], axis=1)

    def cost(coefficients: FloatArray) -> tuple[float, FloatArray]:
        hazard = np.exp(np.clip(powers @ coefficients, -40.0, 40.0))  # -ln p
        failure = np.log(-np.expm1(-hazard))
        slope = passed * hazard - (tried - passed) * _odds(hazard) * hazard
        value = float(passed @ hazard - (tried - passed) @ failure)
        return value, powers.T @ slope

    share = (passed + 0.5) / (tried + 1.0)  # half a pass and half a failure keep the logs finite
    begin = np.linalg.lstsq(powers, np.log(-np.log(share)), rcond=None)[0]
    solved = minimize(cost, begin, jac=True, method="BFGS", options={"gtol": 1e-10, "maxiter": 500})
    at = np.asarray(solved.x)
    hazard = np.exp(powers @ at)
    # Expected information of a binomial whose ln(-ln p) is linear: weight h^2 p/(1-p).
    weight = tried * hazard**2 * _odds(hazard)
    return at, np.linalg.pinv(powers.T @ (powers * weight[:, None]))


def _odds(hazard: FloatArray) -> FloatArray:
    """p/(1-p) of the rate exp(-hazard), without overflow."""
    return np.asarray(np.exp(-hazard) / -np.expm1(-hazard))


def _check(successes: FloatArray, trials: FloatArray) -> None:
    bad = np.flatnonzero(~((successes >= 0.0) & (trials >= 1.0) & (successes <= trials)))
    if len(bad):
        raise DataError(
            f"{len(bad)} items have impossible counts, first {successes[bad[0]]:g} passes in "
            f"{trials[bad[0]]:g} samples.",
            where=f"item {int(bad[0])}",
            matters="a rate is passes over samples, between zero and one.",
            do="give the number of samples drawn and how many passed.",
            code="E559",
        )
