"""What each run decides: the optimal size and the loss forecast at a budget without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.core.errors import UsageError
from isoflop.core.runs import Runs
from isoflop.fit.engine import solve
from isoflop.fit.fit_law import build_problem, check_solved, default_objective, full_values
from isoflop.fit.newton import polish
from isoflop.fit.objective import Objective
from isoflop.fit.problem import Problem
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law

FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020
BUDGET_FACTOR = 10.0  # beyond the largest run: where plans are made
EXACT = 24  # rows refitted in full; the others are too weak to matter by the one-step estimate


@dataclass(frozen=True, eq=False)
class Decision:
    """The compute-optimal run of a fit at a budget."""

    N: float
    D: float
    loss: float

    def to_dict(self) -> dict[str, float]:
        """Plain fields, for JSON."""
        return {
            "N": self.N,
            "D": self.D,
            "tokens_per_parameter": self.D / self.N,
            "loss": self.loss,
        }


@dataclass(frozen=True, eq=False)
class Influence:
    """What leaving out one run does to the decision.

    Attributes
    ----------
    decision : of all runs
    log_size, log_loss : (n_runs,) change of ln N* and of ln of the forecast without the run
    exact : (n_runs,) refitted in full; otherwise one Newton step from the fit of all runs
    """

    budget: float
    decision: Decision
    log_size: FloatArray
    log_loss: FloatArray
    exact: BoolArray


def influence(
    runs: Runs,
    *,
    budget: float | None = None,
    law: Law | str = "chinchilla",
    objective: Objective | None = None,
    target: str | None = None,
    exact: int = EXACT,
    seed: int = 0,
) -> Influence:
    """The decision without each run in turn.

    One Newton step for every run (infinitesimal jackknife with the run's own curvature taken out),
    then full refits, from the fit of all runs, of those that move the decision most.

    Parameters
    ----------
    budget : FLOP; ten times the largest run by default.
    exact : how many runs are refitted in full.

    Raises
    ------
    UsageError
        E607 if the law has no closed-form optimum in N and D.
    FitError
        As ``fit_law``.
    """
    chosen = get_law(law) if isinstance(law, str) else law
    problem, u = _fitted(runs, chosen, objective, target, seed)
    spent = budget or default_budget(runs)
    n = problem.n_runs
    moved = u[None] + _steps(problem, u)
    low, high = problem.bounds
    moved = np.clip(moved, low, high)
    base_size, base_loss = _decided(problem, u[None], spent)
    log_size, log_loss = _decided(problem, moved, spent)
    pull = np.hypot(log_size - base_size, log_loss - base_loss)
    order = np.argsort(-np.where(np.isfinite(pull), pull, np.inf), kind="stable")[:exact]
    is_exact = np.zeros(n, dtype=bool)
    if len(order):
        without = np.ones((len(order), n))
        without[np.arange(len(order)), order] = 0.0
        refitted = polish(problem, np.tile(u, (len(order), 1)), without).coordinates
        log_size[order], log_loss[order] = _decided(problem, refitted, spent)
        is_exact[order] = True
    N = float(np.exp(base_size[0]))
    decision = Decision(N, spent / (FLOP_PER_PARAMETER_TOKEN * N), float(np.exp(base_loss[0])))
    return Influence(spent, decision, log_size - base_size, log_loss - base_loss, is_exact)


def decide(
    runs: Runs,
    budget: float,
    *,
    law: Law | str = "chinchilla",
    objective: Objective | None = None,
    target: str | None = None,
    seed: int = 0,
) -> Decision:
    """The compute-optimal run of these runs; raises as :func:`influence`."""
    chosen = get_law(law) if isinstance(law, str) else law
    problem, u = _fitted(runs, chosen, objective, target, seed)
    size, loss = _decided(problem, u[None], budget)
    N = float(np.exp(size[0]))
    return Decision(N, budget / (FLOP_PER_PARAMETER_TOKEN * N), float(np.exp(loss[0])))


def default_budget(runs: Runs) -> float:
    """Ten times the largest 6ND of the table, FLOP."""
    spent = FLOP_PER_PARAMETER_TOKEN * runs.values("N") * runs.values("D")
    return BUDGET_FACTOR * float(np.max(spent))


def _fitted(
    runs: Runs, law: Law, objective: Objective | None, target: str | None, seed: int
) -> tuple[Problem, FloatArray]:
    if law.optimum is None or set(law.inputs) != {"N", "D"}:
        raise UsageError(
            f"The law '{law.name}' has no closed-form optimum in N and D.",
            where="law",
            matters="influence is measured on the compute-optimal size.",
            do="use chinchilla or skaling.",
            code="E607",
        )
    problem = build_problem(runs, law, None, target, objective or default_objective(law), {})
    solution = solve(problem, np.ones(len(runs)), np.random.default_rng(seed))
    check_solved(solution, runs, law)
    return problem, solution.coordinates


def _steps(problem: Problem, u: FloatArray) -> FloatArray:
    """Newton step of each leave-one-out objective from the common optimum, (n_runs, k)."""
    jet = problem.jet(u[None])
    n, k = problem.n_runs, len(u)
    value = np.broadcast_to(jet.value, (1, n))
    J = np.zeros((n, k))
    for i, partial in jet.gradient.items():
        J[:, i] = np.broadcast_to(partial, (1, n))[0]
    curve = problem.objective.curvature(value, problem.target)
    own = np.einsum("n,ni,nj->nij", curve.majorant[0], J, J)
    pulls = curve.first[0][:, None] * J
    rest = own.sum(axis=0)[None] - own
    scale = np.sqrt(np.einsum("nii->ni", rest)) + 1e-300
    inverse = np.linalg.pinv(rest / (scale[:, :, None] * scale[:, None, :]), hermitian=True)
    return np.asarray(np.einsum("nij,nj->ni", inverse, pulls / scale) / scale)


def _decided(problem: Problem, u: FloatArray, budget: float) -> tuple[FloatArray, FloatArray]:
    """ln N* and ln loss of coordinate sets (n_sets, k)."""
    law = problem.law
    assert law.optimum is not None
    sets = full_values(problem, u)
    values = {name: sets[:, i] for i, name in enumerate(law.parameter_names)}
    with np.errstate(all="ignore"):
        best = law.optimum(values, np.full(len(sets), budget), FLOP_PER_PARAMETER_TOKEN)
        columns = [values[name] for name in law.parameter_names]
        inputs = [best[symbol] for symbol in law.inputs]
        loss = np.asarray(law.formula(*inputs, *columns))
        return np.log(best["N"]), np.log(loss)
