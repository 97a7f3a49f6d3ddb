"""Curvature: a normal distribution from the slopes of the law at the optimum and the noise."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.intervals.method import Intervals, Request
from isoflop.fit.residuals import robust_sd


def covariance(request: Request) -> FloatArray:
    """Covariance of the coordinates, s^2 (J'WJ)^-1, J the slopes of the residual, s robust."""
    problem = request.problem
    jet = problem.jet(request.coordinates[None])
    shape = (1, problem.n_runs)
    value = np.broadcast_to(jet.value, shape)[0]
    slopes = np.zeros((problem.n_runs, len(problem.slots)))
    for i, partial in jet.gradient.items():
        slopes[:, i] = np.broadcast_to(partial, shape)[0]
    if problem.objective.on_logs:
        slopes /= value[:, None]
    residual = problem.objective.residual(value, problem.target)
    sd = robust_sd(residual, len(problem.slots))
    return np.asarray(sd**2 * np.linalg.pinv(slopes.T @ (slopes * request.weights[:, None])))


def draw(request: Request) -> FloatArray:
    """Normal draws, clipped to the bounds."""
    low, high = request.problem.bounds
    draws = request.rng.multivariate_normal(
        request.coordinates, covariance(request), size=request.n_draws, method="svd"
    )
    return np.clip(draws, low, high)


INTERVALS = Intervals("curvature", "normal approximation at the optimum; fast, symmetric", draw)
