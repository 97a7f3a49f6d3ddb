"""One combination of choices: the rows, the law and the objective it leads to, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from isoflop.core.curves import Curves
from isoflop.core.errors import FitError, PlanError
from isoflop.core.runs import Runs
from isoflop.decide.problem import Problem, check_allocates
from isoflop.fit.engine import solve
from isoflop.fit.fit_law import build_problem, check_solved, default_objective, full_values
from isoflop.fit.objective import Objective
from isoflop.laws.law import Law

FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020


@dataclass(frozen=True, eq=False)
class Universe:
    """What is fitted.

    Attributes
    ----------
    curves : logged steps, where there are any
    axes : {law input: column}
    """

    runs: Runs
    curves: Curves | None
    law: Law
    objective: Objective | None = None
    axes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What one universe advises at the budget.

    Attributes
    ----------
    N : in the count of the column params, whatever the universe counted
    D : tokens
    loss : forecast
    rows : how many rows were fitted
    """

    N: float
    D: float
    loss: float
    rows: int


def answer(universe: Universe, budget: float, *, seed: int = 0) -> Answer:
    """Fit the universe and ask for its compute-optimal run.

    The budget is spent as 6ND in the universe's own count of N, for that is what the choice of a
    convention changes (porian2024, pearce2024); N is then told in the count of params.

    Raises
    ------
    FitError, PlanError
        If the rows cannot determine the law, or the optimum lies at the edge of all ratios.
    """
    runs, law = universe.runs, universe.law
    check_allocates(law)
    objective = universe.objective or default_objective(law)
    problem = build_problem(runs, law, universe.axes, None, objective, {})
    solution = solve(problem, np.ones(len(runs)), np.random.default_rng(seed))
    check_solved(solution, runs, law)
    sets = full_values(problem, solution.coordinates[None])
    best = Problem(law, sets, FLOP_PER_PARAMETER_TOKEN).best(np.array([budget]))
    N, D, loss = float(best.N[0]), float(best.D[0]), float(best.loss[0])
    if best.is_edge[0] or not np.isfinite([N, D, loss]).all():
        raise PlanError(
            f"'{law.name}' has no optimum between extreme ratios of tokens to parameters.",
            where=f"budget {budget:g}",
            matters="the answer would be the edge of the search.",
            do="leave this law out, or add runs at other ratios.",
            code="E402",
        )
    return Answer(_as_params(universe, N), D, loss, len(runs))


def _as_params(universe: Universe, N: float) -> float:
    """A size of the universe's count in the count of params: a power law through the table."""
    column = universe.axes.get("N", "params")
    if column == "params":
        return N
    x = np.log(universe.runs.values(column))
    y = np.log(universe.runs.values("params"))
    if np.ptp(x) == 0.0:
        raise FitError(
            f"Column '{column}' never varies.",
            where="axis N",
            matters="its count cannot be turned into that of params.",
            do="leave this count out.",
            code="E303",
        )
    # Beyond the largest model the two counts approach each other: the gap itself is a power law.
    gap = np.exp(y - x) - 1.0
    if (gap > 0.0).all():
        slope, level = np.polyfit(x, np.log(gap), 1)
        return N * (1.0 + float(np.exp(slope * np.log(N) + level)))
    slope, level = np.polyfit(x, y, 1)
    return float(np.exp(slope * np.log(N) + level))
