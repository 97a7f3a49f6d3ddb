"""What it costs to carry out one plan when another parameter set is the true one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.decide.line_search import bisect, minimise
from isoflop.decide.plan import NO_INTERVAL, Alternative, estimate
from isoflop.decide.problem import Problem

FLAT_TOLERANCE = 0.01  # share of the compute; assumption: below what a team would notice
DEEPEST = 1e-9  # a plan wastes at most all but this share of its compute
WALK = 200  # points from the best size to the end of the search
OTHER_SIZES = (0.5, 2.0)  # times the best size; shown as alternatives


@dataclass(frozen=True)
class Cost:
    """One plan under every parameter set: all (n_sets,)."""

    loss: FloatArray
    extra_loss: FloatArray
    compute_factor: FloatArray


def cost_of(problem: Problem, N: float, D: float) -> Cost:
    """Loss of a plan, its excess over each set's own best, and the compute it wastes."""
    n, d = np.array([N]), np.array([D])
    loss = problem.loss(n[:, None], d[:, None])[:, 0]
    total = np.full(len(problem.sets), problem.total(n, d)[0])
    own = problem.best(total)
    own_loss = np.fmin(own.loss, loss)  # rounding must not make a plan better than the best
    needed = problem.needed(loss, total * DEEPEST, total * (1.0 + 1e-9))
    factor = np.maximum(total / np.fmin(needed, total), 1.0)
    return Cost(loss, loss - own_loss, factor)


def regret_of(cost: Cost, level: float, unit: str) -> Mapping[str, object]:
    """Mean and upper quantile over the draws; a reason where there are none."""
    if len(cost.loss) < 2:
        return {"reason": NO_INTERVAL}
    share = 0.5 * (1.0 + level)
    found: dict[str, object] = {"quantile": share}
    for name, values, its_unit in (
        ("loss", cost.extra_loss[1:], unit),
        ("compute_factor", cost.compute_factor[1:], "1"),
    ):
        known = values[np.isfinite(values)]
        found[name] = {
            "mean": float(known.mean()) if len(known) else None,
            "hi": float(np.quantile(known, share)) if len(known) else None,
            "unit": its_unit,
        }
    return found


def flat_sizes(problem: Problem, N: float, C: float) -> tuple[float, float]:
    """Sizes that lose no more than ``FLAT_TOLERANCE`` of the compute, under the point values."""
    point = problem.only(slice(0, 1))
    compute = np.array([C])
    allowed = point.best(compute / (1.0 + FLAT_TOLERANCE)).loss[0]
    least, most = point.sizes(compute)

    def is_good(log_size: FloatArray) -> BoolArray:
        size = np.exp(log_size)[None]
        reached = point.loss(size, point.tokens(size, compute[:, None]))[0]
        return np.asarray(reached <= allowed)

    def edge(end: FloatArray) -> float:
        path = np.linspace(np.log(N), np.log(end[0]), WALK)
        bad = np.flatnonzero(~is_good(path[1:])) + 1  # the first one ends the region
        if not len(bad):
            return float(end[0])
        a, b = path[bad[0] - 1 : bad[0]], path[bad[0] : bad[0] + 1]
        return float(np.exp(bisect(is_good, a, b))[0])

    return edge(least), edge(most)


def least_expected(problem: Problem, C: float) -> tuple[float, float]:
    """Size and tokens with the lowest mean loss over the draws at a total compute."""
    draws = problem.only(slice(1, None))
    compute = np.array([C])
    least, most = draws.sizes(compute)

    def mean_loss(log_size: FloatArray) -> FloatArray:
        size = np.exp(log_size)
        every = draws.loss(size, draws.tokens(size, compute[:, None]))
        return np.asarray(every.mean(axis=0, keepdims=True))

    N = np.exp(minimise(mean_loss, np.log(least), np.log(most)))
    return float(N[0]), float(draws.tokens(N, compute)[0])


def alternative(
    problem: Problem, name: str, N: float, D: float, *, level: float, unit: str
) -> Alternative:
    """Another plan with its price."""
    cost = cost_of(problem, N, D)
    inputs = {"N": N, "D": D, "C": problem.flop_per_nd * N * D}
    if problem.serving:
        inputs["C_total"] = float(problem.total(np.array(N), np.array(D)))
    return Alternative(
        name=name,
        inputs=inputs,
        loss=estimate(cost.loss, level, unit),
        extra_loss=estimate(cost.extra_loss, level, unit),
        compute_factor=estimate(cost.compute_factor, level, "1"),
    )


def other_sizes(
    problem: Problem, N: float, C: float, *, level: float, unit: str
) -> list[Alternative]:
    """Half and twice the size at the same total compute, and the lowest expected loss."""
    least, most = (float(end[0]) for end in problem.sizes(np.array([C])))
    found = []
    for times in OTHER_SIZES:
        if least <= times * N <= most:
            D = float(problem.tokens(np.array([times * N]), np.array([C]))[0])
            if D > 0:
                name = "half the size" if times < 1 else "twice the size"
                found.append(alternative(problem, name, times * N, D, level=level, unit=unit))
    if len(problem.sets) > 2:
        best_n, best_d = least_expected(problem, C)
        name = "lowest expected loss"
        found.append(alternative(problem, name, best_n, best_d, level=level, unit=unit))
    return found
