"""The law of continued pre-training, fitted so that loss falls with matching data (X13).

The published law is kept monotone by a penalty; here it is a constraint, active only where the free
optimum breaks it: the slope in the share must not be positive anywhere between the shares of the
table. It is steepest at the least tokens, so only these are checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError
from isoflop.core.explain import Finding
from isoflop.core.runs import Runs
from isoflop.fit.engine import solve_many
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import build_problem, fit_law, full_values, residuals_of
from isoflop.fit.problem import Problem
from isoflop.fit.resample import cluster_labels, draw_weights
from isoflop.fit.residuals import robust_sd
from isoflop.laws.catalogue import get_law

N_SHARES = 15  # where the slope is checked
LEAST_SHARE = 1e-3  # assumption: with eta < 1 the slope has a pole at zero
ALLOWED = 1e-9  # nat/token per share: rounding
KEPT = 1e-6  # of a constrained optimum
STEP = 1e-30  # complex


def fit_dcpt(
    runs: Runs,
    *,
    axes: Mapping[str, str] | None = None,
    target: str | None = None,
    fixed: Mapping[str, float] | None = None,
    resamples: int = 200,
    cluster: str | None = None,
    seed: int = 0,
) -> Fit:
    """Fit ``dcpt`` with a loss that never rises with the share of matching data.

    Parameters
    ----------
    axes, target, fixed, resamples, cluster, seed : as in ``fit_law``; ``axes={"r": COLUMN}``.

    Returns
    -------
    The fit; W545 says where the constraint changed it.

    Raises
    ------
    FitError
        E549 if parameters are held under which the loss rises; else as ``fit_law``.

    Source
    ------
    dcpt2024
    """
    free = fit_law(
        runs, "dcpt", axes=axes, target=target, fixed=fixed, resamples=0, cluster=cluster, seed=seed
    )
    law, held = get_law("dcpt"), dict(fixed or {})
    assert free.objective is not None
    problem = build_problem(runs, law, axes, target, free.objective, held)
    names = [slot.parameter.name for slot in problem.slots]
    start = problem.coordinates(np.array([[free.values[name] for name in names]]))[0]
    ones = np.ones(problem.n_runs)
    u = _constrained(problem, start, ones)
    if float(_slopes(problem, u).max()) > KEPT:
        raise _rises(held)
    labels, plan = cluster_labels(runs, cluster)
    draws, n_held = _draws(problem, u, draw_weights(labels, resamples, np.random.default_rng(seed)))
    values = dict(
        zip(law.parameter_names, map(float, full_values(problem, u[None])[0]), strict=True)
    )
    residuals = residuals_of(law, problem.target, problem.predict(u[None])[0])
    found = [*free.warnings]
    if (u != start).any() or n_held:
        words = "the best fit and " if (u != start).any() else ""
        text = f"{words}{n_held} of {resamples} resamples rose with the share; they were held."
        found.append(Finding("W545", text[0].upper() + text[1:]))
    return replace(
        free,
        values=values,
        draws=draws,
        residuals=residuals,
        noise=robust_sd(residuals, len(problem.slots)),
        objective_value=float(problem.total(u[None], ones)[0]),
        method=plan if resamples else "none",
        warnings=tuple(found),
    )


def _rises(held: Mapping[str, float]) -> FitError:
    return FitError(
        "The loss rises with the share of matching data under the parameters held.",
        where=", ".join(f"{name}={value:g}" for name, value in held.items()),
        matters="the law is only used with a loss that falls with it.",
        do="leave eta free, or hold it at zero.",
        code="E549",
    )


def rise_with_share(values: Mapping[str, float], D: float, share: FloatArray) -> FloatArray:
    """Slope of the loss in the share, nat/token, (n,) at shares (n,)."""
    return np.asarray(_slope([values[name] for name in ("B", "beta", "eta", "C", "gamma", "eps")],
                             D, share))  # fmt: skip


def _slope(values: list[complex] | list[float], D: float, share: FloatArray) -> np.ndarray:
    B, beta, eta, C, gamma, eps = values
    gain = C * gamma * np.exp(-(gamma + 1.0) * np.log(share + eps))
    return np.asarray(B * eta * np.exp((eta - 1.0) * np.log(share) - beta * np.log(D)) - gain)


def _slopes(problem: Problem, u: np.ndarray) -> np.ndarray:
    """Slope at the checked shares, for real or complex coordinates of one set."""
    values: dict[str, complex] = dict(problem.fixed)
    for slot, x in zip(problem.slots, u, strict=True):
        values[slot.parameter.name] = np.exp(x) if slot.parameter.is_scale else x
    at = problem.law.inputs.index("D"), problem.law.inputs.index("r")
    shares = problem.inputs[at[1]]
    low = max(float(shares.min()), LEAST_SHARE)
    grid = np.linspace(low, max(float(shares.max()), low), N_SHARES)
    chosen = [values[name] for name in ("B", "beta", "eta", "C", "gamma", "eps")]
    return _slope(chosen, float(problem.inputs[at[0]].min()), grid)


def _constrained(
    problem: Problem, start: FloatArray, weights: FloatArray, near: FloatArray | None = None
) -> FloatArray:
    """The start where it is monotone, else the constrained optimum, searched from ``near``."""
    if float(_slopes(problem, start).max()) <= ALLOWED:
        return start
    points = _feasible(problem, start) if near is None else [near]
    found = [_descended(problem, point, weights) for point in points]
    best = min(found, key=lambda one: one[1])
    return _descended(problem, best[0], weights)[0]


def _feasible(problem: Problem, start: FloatArray) -> list[FloatArray]:
    """Monotone points on the way from no eta, where the loss only falls, to the free optimum."""
    names = [slot.parameter.name for slot in problem.slots]
    begin = start.copy()
    if "eta" in names:
        begin[names.index("eta")] = problem.bounds[0][names.index("eta")]
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = 0.5 * (low + high)
        kept = float(_slopes(problem, begin + middle * (start - begin)).max()) <= 0.0
        low, high = (middle, high) if kept else (low, middle)
    return [begin + part * low * (start - begin) for part in (0.0, 0.5, 0.99)]


def _descended(
    problem: Problem, start: FloatArray, weights: FloatArray
) -> tuple[FloatArray, float]:
    """The constrained optimum below a monotone start, and its objective."""
    from scipy.optimize import minimize

    begun = float(problem.total(start[None], weights[None])[0])

    def cost(u: FloatArray) -> tuple[float, FloatArray]:
        value = float(problem.total(u[None], weights[None])[0])
        if not np.isfinite(value):
            return 1e10, np.zeros(len(u))
        return value / begun, _gradient(problem, u, weights) / begun

    def margin_slope(u: FloatArray) -> FloatArray:
        stepped = u + 1j * STEP * np.eye(len(u))
        return np.asarray([-_slopes(problem, row).imag / STEP for row in stepped]).T

    rule = {"type": "ineq", "fun": lambda u: -_slopes(problem, u), "jac": margin_slope}
    bounds = list(zip(*problem.bounds, strict=True))
    options = {"maxiter": 300, "ftol": 1e-12}
    solved = minimize(
        cost, start, jac=True, method="SLSQP", constraints=[rule], bounds=bounds, options=options
    )
    monotone = float(_slopes(problem, solved.x).max()) <= KEPT
    better = monotone and float(solved.fun) < 1.0
    return (np.asarray(solved.x), float(solved.fun) * begun) if better else (start, begun)


def _gradient(problem: Problem, u: FloatArray, weights: FloatArray) -> FloatArray:
    """Of the objective in the coordinates, by complex step; second derivatives are not needed."""
    values = full_values(problem, u[None])
    slopes = problem.law.gradient(problem.inputs, values)[:, 0]
    pull = weights * problem.objective.curvature(problem.predict(u[None]), problem.target).first[0]
    return np.array(
        [
            float(slopes[slot.position] @ pull)
            * (float(values[0, slot.position]) if slot.parameter.is_scale else 1.0)
            for slot in problem.slots
        ]
    )


def _draws(problem: Problem, u: FloatArray, weights: FloatArray) -> tuple[FloatArray, int]:
    """Resampled parameters (n, n_parameters), and how many had to be held."""
    if not len(weights):
        return np.empty((0, len(problem.law.parameters))), 0
    found = solve_many(problem, weights, u)
    held, kept = 0, []
    for row, weight in zip(found, weights, strict=True):
        if np.isfinite(row).all():
            monotone = _constrained(problem, row, weight, near=u)
            held += int((monotone != row).any())
            kept.append(monotone)
    return full_values(problem, np.array(kept)), held
