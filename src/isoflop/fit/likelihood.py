"""The Huber likelihood of besiroglu2024: density proportional to exp(-Huber_delta(r/scale)).

Its scale is free: unlike the plain Huber sum it is a likelihood, so fits can be compared by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError
from isoflop.core.runs import Runs
from isoflop.fit.fit_law import build_problem
from isoflop.fit.newton import polish
from isoflop.fit.objective import HUBER_DELTA, Objective
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law

ROUNDS = 200
SETTLED = 1e-10  # relative change of the scale


@dataclass(frozen=True)
class LikelihoodFit:
    """Maximum of the Huber likelihood: parameter values, scale of ln loss, log likelihood."""

    values: dict[str, float]
    scale: float
    log_likelihood: float


def fit_likelihood(
    runs: Runs, law: Law | str = "chinchilla", *, delta: float = HUBER_DELTA
) -> LikelihoodFit:
    """Maximise over parameters and scale in turn; each half-step has an exact solution.

    Parameters
    ----------
    delta : in units of the scale.

    Raises
    ------
    FitError
        E304 if the alternation does not settle.
    """
    chosen = get_law(law) if isinstance(law, str) else law
    from isoflop.fit.engine import solve

    plain = build_problem(runs, chosen, None, None, Objective("huber_log", delta), {})
    ones = np.ones((1, plain.n_runs))
    u = solve(plain, ones[0], np.random.default_rng(0)).coordinates
    scale = 0.0
    for _ in range(ROUNDS):
        residual = plain.objective.residual(plain.predict(u[None])[0], plain.target)
        found = best_scale(residual, delta)
        if abs(found - scale) <= SETTLED * found:
            named = {
                slot.parameter.name: float(value)
                for slot, value in zip(plain.slots, plain.natural(u[None])[0], strict=True)
            }
            return LikelihoodFit(named, found, log_likelihood(residual, found, delta))
        scale = found
        narrowed = build_problem(
            runs, chosen, None, None, Objective("huber_log", delta * scale), {}
        )
        u = polish(narrowed, u[None], ones).coordinates[0]
    raise FitError(
        "The scale of the Huber likelihood did not settle.",
        where=f"{runs.provenance.source}, {ROUNDS} rounds",
        matters="its values would depend on where the search stopped.",
        do="use the plain Huber objective (isoflop fit).",
        code="E304",
    )


def best_scale(residual: FloatArray, delta: float) -> float:
    """The scale that maximises the likelihood: sum of psi(r/s)*r/s equals the number of runs."""
    from scipy.optimize import brentq

    def excess(log_s: float) -> float:
        z = residual / np.exp(log_s)
        return float(np.mean(np.clip(z, -delta, delta) * z)) - 1.0

    middle = np.log(delta * np.mean(np.abs(residual)))
    return float(np.exp(brentq(excess, middle - 20.0, middle + 20.0, xtol=1e-14)))


def log_likelihood(residual: FloatArray, scale: float, delta: float) -> float:
    """Log likelihood of residuals of ln loss, with the density's constant."""
    from scipy.special import erf

    huber = Objective("huber_log", delta).rho(residual / scale)
    inside = np.sqrt(2.0 * np.pi) * float(erf(delta / np.sqrt(2.0)))
    tails = 2.0 / delta * np.exp(-(delta**2) / 2.0)
    return float(-np.sum(huber) - len(residual) * np.log(scale * (inside + tails)))
