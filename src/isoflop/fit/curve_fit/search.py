"""The best parameters of a curve law: many starts, exact derivatives, Huber on log losses."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.curve_fit.problem import CurveProblem
from isoflop.fit.objective import Objective

N_STARTS = 5  # assumption: of the grid, the best this many are searched from
_SAME = 1e-3  # relative; objectives closer than this are one optimum
_STEPS = 200  # evaluations a search may take


@dataclass(frozen=True)
class Optimum:
    """Where a search ended: coordinates, objective, and how many starts ended as well."""

    coordinates: FloatArray
    objective: float
    tried: int
    agree: int


def best(problem: CurveProblem, objective: Objective, n_starts: int = N_STARTS) -> Optimum:
    """The best of searches from several starts."""
    ranked = sorted(
        ((total(problem, objective, at), i, at) for i, at in enumerate(_starts(problem))),
        key=lambda item: item[:2],
    )
    ends = [descend(problem, objective, at) for _, _, at in ranked[:n_starts]]
    values = np.array([value for _, value in ends])
    winner = int(np.argmin(values))
    agree = int((values <= values[winner] * (1.0 + _SAME) + 1e-15).sum())
    return Optimum(ends[winner][0], float(values[winner]), len(ends), agree)


def descend(
    problem: CurveProblem, objective: Objective, start: FloatArray, *, coarse: bool = True
) -> tuple[FloatArray, float]:
    """One search: least squares first, from whose end Huber takes few steps.

    Parameters
    ----------
    coarse : begin with least squares; not where the start is an optimum already.
    """
    from scipy.optimize import least_squares

    if not len(start):
        return start, total(problem, objective, start)
    low, high = problem.bounds
    weights = np.sqrt(problem.weights)
    at = start
    # A point that counts twice: Huber's delta grows with the root of its weight as its residual
    # does, which is exact in the quadratic part and only there; draws need no more.
    for loss in ("linear", "huber") if coarse else ("huber",):
        found = least_squares(
            lambda x: weights * problem.residuals(x),
            at,
            jac=lambda x: weights[:, None] * problem.jacobian(x),
            bounds=(low, high),
            method="trf",
            loss=loss,
            f_scale=objective.delta,
            x_scale="jac",
            max_nfev=_STEPS,
            ftol=1e-9,
            xtol=1e-9,
            gtol=1e-10,
        )
        at = found.x
    return at, total(problem, objective, at)


def total(problem: CurveProblem, objective: Objective, coordinates: FloatArray) -> float:
    """Weighted sum of the objective over all points."""
    return float((problem.weights * objective.rho(problem.residuals(coordinates))).sum())


def _starts(problem: CurveProblem) -> Iterator[FloatArray]:
    """The grid of the law, the linear parameters solved for at each of its points."""
    law, fixed = problem.law, problem.fixed
    grid = {name: (fixed[name],) if name in fixed else at for name, at in law.starts.items()}
    for point in itertools.product(*grid.values()):
        values = dict(zip(grid, point, strict=True))
        yield problem.coordinates(_solved(problem, values))


def _solved(problem: CurveProblem, values: dict[str, float]) -> dict[str, float]:
    """With the linear parameters that are best in relative least squares, none negative."""
    from scipy.optimize import nnls

    law, fixed = problem.law, problem.fixed
    trial = values | {name: fixed.get(name, 1.0) for name in law.linear}
    slopes = [law.gradient(curve.course, trial) for curve in problem.curves]
    columns = {name: np.concatenate([slope[name] for slope in slopes]) for name in law.linear}
    losses = np.exp(problem.log_losses)
    left = losses - sum(fixed[n] * column for n, column in columns.items() if n in fixed)
    names = [name for name in law.linear if name not in fixed]
    if not names:
        return trial
    matrix = np.stack([columns[name] for name in names], axis=1) / losses[:, None]
    scale = np.linalg.norm(matrix, axis=0)
    scale[scale == 0.0] = 1.0
    found, _ = nnls(matrix / scale, left / losses)
    return trial | dict(zip(names, (float(x) for x in found / scale), strict=True))
