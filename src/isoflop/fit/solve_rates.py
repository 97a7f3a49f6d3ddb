"""How solve rates differ over problems, and the coverage that follows (schaeffer2025-monkeys).

With solve rates p ~ Beta(u, v), the expected share unsolved after k samples is B(u, v+k)/B(u, v),
which falls as k^-u: the power law of repeated sampling comes from the hardest problems.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError

LOGS = (-12.0, 12.0)  # assumption: bounds of ln u and ln v


@dataclass(frozen=True)
class SolveRates:
    """Beta distribution of the solve rate of a problem.

    Attributes
    ----------
    covariance : (2, 2) of (ln u, ln v), from the curvature of the likelihood
    is_at_bound : the data prefer a u or v beyond what was searched: all alike, or too few samples
    """

    u: float
    v: float
    covariance: FloatArray
    is_at_bound: bool

    @property
    def exponent(self) -> float:
        """Exponent b of 1 - E[pass@k] ~ k^-b."""
        return self.u

    def pass_at_k(self, k: FloatArray) -> FloatArray:
        """Expected pass@k, (n,)."""
        return expected_pass_at_k(self.u, self.v, k)


def expected_pass_at_k(u: float, v: float, k: FloatArray) -> FloatArray:
    """1 - B(u, v+k)/B(u, v) for solve rates Beta(u, v)."""
    from scipy.special import betaln

    return np.asarray(-np.expm1(betaln(u, v + np.asarray(k, dtype=float)) - betaln(u, v)))


def tail_coefficient(u: float, v: float) -> float:
    """F of 1 - E[pass@k] ~ F k^-u: the density near zero, 1/B(u, v), times Gamma(u)."""
    from scipy.special import betaln, gammaln

    return float(np.exp(gammaln(u) - betaln(u, v)))


def fit_solve_rates(samples: FloatArray, correct: FloatArray) -> SolveRates:
    """Beta(u, v) by maximum likelihood on the counts of each problem.

    Parameters
    ----------
    samples, correct : (n_problems,) samples drawn and correct ones; they may differ in number.

    Raises
    ------
    DataError
        E559 with fewer than three problems, impossible counts, or no problem solved even once.
    """
    from scipy.optimize import minimize
    from scipy.special import betaln

    n, c = np.asarray(samples, dtype=float), np.asarray(correct, dtype=float)
    possible = ((c >= 0.0) & (c <= n) & (n >= 1.0)).all()
    if len(n) < 3 or not possible or not 0.0 < c.sum() < n.sum():
        raise DataError(
            f"{len(n)} problems with {c.sum():g} correct of {n.sum():g} samples determine no "
            "distribution.",
            where="samples, correct",
            matters="two numbers need problems that are solved and not solved.",
            do="draw more samples, or add problems.",
            code="E559",
        )

    def cost(logs: FloatArray) -> float:
        u, v = np.exp(logs)
        return -float(np.sum(betaln(u + c, v + n - c) - betaln(u, v)))

    mean = float(c.sum() / n.sum())
    starts = [np.log([mean * s, (1.0 - mean) * s]) for s in (0.3, 3.0, 30.0)]
    tried = [minimize(cost, start, method="L-BFGS-B", bounds=[LOGS, LOGS]) for start in starts]
    best = np.asarray(min(tried, key=lambda one: float(one.fun)).x)
    at_bound = bool((np.abs(best) > LOGS[1] - 1e-3).any())
    return SolveRates(
        float(np.exp(best[0])), float(np.exp(best[1])), _covariance(best, n, c), at_bound
    )


def _covariance(logs: FloatArray, n: FloatArray, c: FloatArray) -> FloatArray:
    """Inverse of the second derivatives of the likelihood in (ln u, ln v)."""
    from scipy.special import polygamma, psi

    u, v = np.exp(logs)
    slope_u = np.sum(psi(u + c) - psi(u) - psi(u + v + n) + psi(u + v))
    slope_v = np.sum(psi(v + n - c) - psi(v) - psi(u + v + n) + psi(u + v))
    both = np.sum(polygamma(1, u + v) - polygamma(1, u + v + n))
    second_u = np.sum(polygamma(1, u + c) - polygamma(1, u)) + both
    second_v = np.sum(polygamma(1, v + n - c) - polygamma(1, v)) + both
    hessian = np.array(
        [
            [u * u * second_u + u * slope_u, u * v * both],
            [u * v * both, v * v * second_v + v * slope_v],
        ]
    )
    return np.asarray(np.linalg.pinv(-hessian))
