"""A small Gaussian process: Matern 5/2, a length per input, noise no less than between seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError

MOST_INPUTS, MOST_POINTS = (
    12,
    500,
)  # beyond these a cubic cost and twelve lengths are no longer small
LENGTHS = (0.02, 20.0)  # in units of the inputs, which are shares or scaled to about one
STARTS = (0.2, 0.6, 2.0)  # lengths the search begins at
JITTER = 1e-9  # relative to the signal variance: keeps the factor solvable


@dataclass(frozen=True)
class GaussianProcess:
    """The process given its data.

    Attributes
    ----------
    x : (n, n_inputs)
    mean, signal, nugget : constant mean, signal variance and noise variance, in units of y
    lengths : (n_inputs,)
    factor : lower Cholesky factor of the covariance of the data
    pull : covariance solved against the centred data, (n,)
    log_likelihood : of the data
    """

    x: FloatArray
    mean: float
    signal: float
    nugget: float
    lengths: FloatArray
    factor: FloatArray
    pull: FloatArray
    log_likelihood: float

    def predict(self, at: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation (m,) of the noiseless function at (m, n_inputs)."""
        from scipy.linalg import solve_triangular

        across = self.signal * matern(at, self.x, self.lengths)
        half = solve_triangular(self.factor, across.T, lower=True)
        variance = self.signal - np.einsum("nm,nm->m", half, half)
        return self.mean + across @ self.pull, np.sqrt(np.maximum(variance, 0.0))


def matern(left: FloatArray, right: FloatArray, lengths: FloatArray) -> FloatArray:
    """Matern 5/2 correlation (n_left, n_right)."""
    gap = left[:, None, :] / lengths - right[None, :, :] / lengths
    distance = np.sqrt(5.0 * np.einsum("abk,abk->ab", gap, gap))
    return np.asarray((1.0 + distance + distance**2 / 3.0) * np.exp(-distance))


def fit_gaussian_process(
    x: FloatArray, y: FloatArray, *, least_nugget: float = 0.0
) -> GaussianProcess:
    """Lengths, signal and nugget of greatest marginal likelihood.

    Parameters
    ----------
    x : (n, n_inputs), shares or inputs scaled to about one
    y : (n,)
    least_nugget : noise variance known from repeated seeds; the fitted one is never below it

    Raises
    ------
    DataError
        E544 if there are more than 500 points or 12 inputs, or fewer than three points.
    """
    from scipy.optimize import minimize

    n, k = x.shape
    if not (3 <= n <= MOST_POINTS and k <= MOST_INPUTS):
        raise DataError(
            f"A Gaussian process of {n} points and {k} inputs is outside what is built for.",
            where=f"3 to {MOST_POINTS} points, at most {MOST_INPUTS} inputs",
            matters="its cost grows with the cube of the points.",
            do="use a mixing law (isoflop mix fit), or fewer sources.",
            code="E544",
        )
    spread = max(float(np.var(y)), 1e-12)
    floor = max(least_nugget / spread, 1e-8)
    bounds = [tuple(np.log(LENGTHS))] * k + [(np.log(1e-2), np.log(1e2))]
    bounds += [(np.log(floor), np.log(max(1.0, 2.0 * floor)))]
    best = None
    for length in STARTS:
        begin = np.array([*[np.log(length)] * k, 0.0, np.log(max(floor, 1e-3))])
        found = minimize(
            lambda u: -_given(x, y, u, spread).log_likelihood,
            begin,
            method="L-BFGS-B",
            bounds=bounds,
        )
        if best is None or found.fun < best.fun:
            best = found
    assert best is not None
    return _given(x, y, best.x, spread)


def _given(x: FloatArray, y: FloatArray, u: FloatArray, spread: float) -> GaussianProcess:
    from scipy.linalg import cho_solve

    lengths, signal = np.exp(u[:-2]), float(np.exp(u[-2])) * spread
    nugget = float(np.exp(u[-1])) * spread
    n = len(y)
    covariance = signal * (matern(x, x, lengths) + JITTER * np.eye(n)) + nugget * np.eye(n)
    factor = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    ones = cho_solve((factor, True), np.ones(n))
    mean = float(ones @ y / ones.sum())
    pull = cho_solve((factor, True), y - mean)
    likelihood = -0.5 * float((y - mean) @ pull) - float(np.log(np.diag(factor)).sum())
    return GaussianProcess(x, mean, signal, nugget, lengths, factor, pull, likelihood)
