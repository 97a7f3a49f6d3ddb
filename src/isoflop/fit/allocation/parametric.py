"""Parametric: fit the additive law to all runs, read the optimum off its closed form."""

from __future__ import annotations

import numpy as np

from isoflop.fit.allocation.estimator import (
    Allocation,
    Estimator,
    Points,
    PowerLaw,
    slices,
)
from isoflop.fit.engine import solve
from isoflop.fit.objective import Objective
from isoflop.fit.problem import Problem
from isoflop.laws.catalogue import get_law
from isoflop.laws.closed_forms import additive_g

FLOP_PER_ND = 6.0


def estimate(points: Points) -> Allocation:
    """The optimum of L = E + A*N^-alpha + B*D^-beta fitted with Huber on log loss."""
    law = get_law("chinchilla")
    groups = np.zeros(len(points.N), dtype=np.int64)
    problem = Problem(law, (points.N, points.D), points.loss, Objective(), {}, groups)
    solution = solve(problem, np.ones(len(points.N)), np.random.default_rng(0))
    E, A, alpha, B, beta = problem.natural(solution.coordinates[None])[0]
    a = beta / (alpha + beta)
    G = float(additive_g(A, alpha, B, beta))
    N_law = PowerLaw(G * FLOP_PER_ND**-a, float(a))
    D_law = PowerLaw(FLOP_PER_ND ** (a - 1.0) / G, float(1.0 - a))
    budgets = np.array([c for c, _ in slices(points)])
    N = N_law.coefficient * budgets**N_law.exponent
    D = D_law.coefficient * budgets**D_law.exponent
    loss = E + A * N**-alpha + B * D**-beta
    return Allocation("parametric", N_law, D_law, budgets, N, D, loss)


ESTIMATOR = Estimator(
    "parametric", "closed form of the fitted law (approach 3)", "hoffmann2022", estimate
)
