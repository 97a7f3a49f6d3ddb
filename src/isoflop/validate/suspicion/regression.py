"""Linear regression that a few far rows cannot bend: Student-t residuals, and mixtures of two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray

FREEDOM = 5.0  # of the t distribution; assumption: near normal, yet far rows lose their pull
ROUNDS = 40
_RIDGE = 1e-10


@dataclass(frozen=True, eq=False)
class Regression:
    """A fit of y on X.

    Attributes
    ----------
    coefficients : (k,)
    sd : (k,) their standard errors
    scale : of the t distribution
    log_likelihood : at the optimum
    share : (n,) probability that a row carries the offset; zeros without a mixture
    """

    coefficients: FloatArray
    sd: FloatArray
    scale: float
    log_likelihood: float
    share: FloatArray


def regress(y: FloatArray, X: FloatArray) -> Regression:
    """The likeliest coefficients under t-distributed residuals, by EM.

    Parameters
    ----------
    y : (n,); X : (n, k)
    """
    n = len(y)
    weights = np.ones(n)
    scale = 1.0
    for _ in range(ROUNDS):
        coefficients, information = _solve(y, X, weights)
        residual = y - X @ coefficients
        scale = max(float(np.sqrt(np.sum(weights * residual**2) / n)), 1e-12)
        fresh = log_t(residual / scale)[0]
        if np.max(np.abs(fresh - weights)) < 1e-4:
            weights = fresh
            break
        weights = fresh
    likelihood = float(np.sum(log_t(residual / scale)[1] - np.log(scale)))
    sd = scale * np.sqrt(np.diag(np.linalg.pinv(information, hermitian=True)))
    return Regression(coefficients, sd, scale, likelihood, np.zeros(n))


def split(y: FloatArray, X: FloatArray, unit: FloatArray, start: FloatArray) -> Regression:
    """The same where an unknown part of the rows carries an offset, the last coefficient.

    Parameters
    ----------
    unit : (n,) what the offset adds to y per unit (one over the noise of the row).
    start : (n,) first guess of the probability that a row carries it.
    """
    n = len(y)
    share = start.astype(float)
    pi = float(np.clip(share.mean(), 0.05, 0.95))
    design = np.vstack([np.column_stack([X, 0.0 * unit]), np.column_stack([X, unit])])
    both = np.concatenate([y, y])
    scale, before = float(np.std(y)) or 1.0, -np.inf
    weights = np.ones(2 * n)
    likelihood = -np.inf
    for _ in range(ROUNDS):
        member = np.concatenate([1.0 - share, share])
        coefficients, information = _solve(both, design, member * weights)
        residual = both - design @ coefficients
        scale = max(float(np.sqrt(np.sum(member * weights * residual**2) / n)), 1e-12)
        weights, densities = log_t(residual / scale)
        log_parts = densities - np.log(scale)
        first, second = log_parts[:n] + np.log1p(-pi), log_parts[n:] + np.log(pi)
        total = np.logaddexp(first, second)
        share = np.exp(second - total)
        pi = float(np.clip(share.mean(), 1e-3, 1.0 - 1e-3))
        likelihood = float(total.sum())
        if likelihood - before < 1e-3:
            break
        before = likelihood
    sd = scale * np.sqrt(np.diag(np.linalg.pinv(information, hermitian=True)))
    return Regression(coefficients, sd, scale, likelihood, share)


def _solve(y: FloatArray, X: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    norms = np.linalg.norm(X, axis=0)
    norms = np.where(norms > 0, norms, 1.0)
    Z = X / norms
    information = (Z * weights[:, None]).T @ Z
    solved = np.linalg.solve(information + _RIDGE * np.eye(Z.shape[1]), Z.T @ (weights * y))
    return solved / norms, information * np.outer(norms, norms)


def log_t(z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weight of each residual, and its log density up to a constant no comparison needs."""
    return (FREEDOM + 1.0) / (FREEDOM + z**2), -0.5 * (FREEDOM + 1.0) * np.log1p(z**2 / FREEDOM)
