"""Does a single run move the compute-optimal size?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.check import Check, Examined
from isoflop.fit.newton import local_model, polish

BUDGET_FACTOR = 10.0  # beyond the largest run: where plans are made
STRONG = 0.15  # relative change of N* by leaving out one run; assumption: worth a look
NAMED = 5
TRIED = 12  # runs with the largest leverage are refitted without; the rest cannot matter more


def find(examined: Examined) -> Iterator[str]:
    law = examined.problem.law
    if law.optimum is None or "N" not in law.inputs or examined.problem.n_groups > 1:
        return
    shifts = influence(examined)
    order = np.argsort(-np.abs(shifts))[:NAMED]
    strong = [i for i in order if abs(shifts[i]) > STRONG]
    if not strong:
        return
    rows = examined.runs.rows
    named = ", ".join(f"row {rows[i]} ({np.expm1(shifts[i]):+.0%})" for i in strong)
    yield (
        f"leaving out one run moves the optimal size at {BUDGET_FACTOR:.0f}x the largest compute: "
        f"{named}. Repeat these runs with another seed before the plan rests on them."
    )


def influence(examined: Examined) -> FloatArray:
    """Change of ln N* when one run is left out, (n_runs,); zero where its pull is negligible."""
    problem, u = examined.problem, examined.solution.coordinates
    n = problem.n_runs
    ones = np.eye(n)
    shifts = np.zeros(n)
    _, pulls, _, _ = local_model(problem, np.tile(u, (n, 1)), ones)
    _, _, hessian, metric = local_model(problem, u[None], np.ones((1, n)))
    steps = pulls @ np.linalg.pinv(0.5 * (hessian[0] + metric[0]))
    scale = np.sqrt(np.maximum(np.einsum("bi,ij,bj->b", steps, metric[0], steps), 0.0))
    chosen = np.argsort(-scale, kind="stable")[:TRIED]
    without = np.ones((len(chosen), n))
    without[np.arange(len(chosen)), chosen] = 0.0
    moved = polish(problem, np.tile(u, (len(chosen), 1)), without).coordinates
    base = _log_size(examined, u[None])[0]
    shifts[chosen] = _log_size(examined, moved) - base
    return shifts


def _log_size(examined: Examined, coordinates: FloatArray) -> FloatArray:
    problem = examined.problem
    natural = problem.natural(coordinates)
    values = {
        name: np.full(len(natural), problem.fixed.get(name, np.nan))
        for name in problem.law.parameter_names
    }
    for j, slot in enumerate(problem.slots):
        values[slot.parameter.name] = natural[:, j]
    inputs = dict(zip(problem.law.inputs, problem.inputs, strict=True))
    budget = BUDGET_FACTOR * float(np.max(6.0 * inputs["N"] * inputs["D"]))
    assert problem.law.optimum is not None
    with np.errstate(all="ignore"):
        return np.log(problem.law.optimum(values, np.asarray(budget), 6.0)["N"])


CHECK = Check("W311", "no single run decides the plan", find)
