"""The global search: parameters the law is linear in are projected out by least squares.

For fixed nonlinear parameters the best linear ones follow from non-negative least squares on the
law's own basis functions, so only one or two dimensions remain to be searched; all resamples share
the basis and are solved together.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.fit.problem import Problem, Slot
from isoflop.laws.traced import Operand

ENUMERATED = 5  # up to this many linear coordinates every active set is tried
RIDGE = 1e-12  # relative, keeps collinear columns solvable
CHUNK = 400_000  # small systems solved at a time, bounds memory


@dataclass(frozen=True)
class Projection:
    """Best linear coordinates at every candidate.

    Attributes
    ----------
    natural : (n_sets, n_candidates, n_coordinates) parameter values
    cost : (n_sets, n_candidates) projected weighted squares
    """

    natural: FloatArray
    cost: FloatArray


def linear_slots(problem: Problem) -> BoolArray:
    """(n_coordinates,) which coordinates can be projected out."""
    return np.array([slot.parameter.name in problem.law.linear for slot in problem.slots])


def project(problem: Problem, candidates: FloatArray, weights: FloatArray) -> Projection:
    """Solve the linear coordinates at each candidate of the nonlinear ones.

    Parameters
    ----------
    candidates : (n_candidates, n_nonlinear) parameter values
    weights : (n_sets, n_runs)
    """
    linear = linear_slots(problem)
    basis, offset = _basis(problem, candidates, linear)
    target = problem.target - offset
    size = 1.0 / problem.target if problem.objective.on_logs else np.ones(problem.n_runs)
    norms = np.sqrt(np.einsum("gpn,n->gp", basis**2, size**2)) + 1e-300
    scaled = basis * size / norms[:, :, None]
    aim = target * size
    gram, moment, energy = _normal_equations(scaled, aim, weights)
    signed = np.array([s.parameter.low >= 0.0 for s in problem.slots])[linear]
    coefficients, cost = _non_negative(gram, moment, energy, signed)
    natural = np.empty((len(weights), len(candidates), len(problem.slots)))
    natural[:, :, linear] = coefficients / norms
    natural[:, :, ~linear] = candidates
    return Projection(natural, cost)


def _basis(
    problem: Problem, candidates: FloatArray, linear: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Basis functions (n_candidates, n_linear, n_runs) and what fixed linear parameters add."""
    columns: list[Operand] = [problem.fixed.get(p.name, 0.0) for p in problem.law.parameters]
    nonlinear = [
        slot for slot, is_linear in zip(problem.slots, linear, strict=True) if not is_linear
    ]
    for i, slot in enumerate(nonlinear):
        columns[slot.position] = columns[slot.position] + _spread(
            problem, slot, candidates[:, i, None]
        )
    shape = (len(candidates), problem.n_runs)
    with np.errstate(all="ignore"):
        offset = np.broadcast_to(problem.law.formula(*problem.inputs, *columns), shape)
        rows = []
        for slot, is_linear in zip(problem.slots, linear, strict=True):
            if is_linear:
                bent = list(columns)
                bent[slot.position] = columns[slot.position] + _spread(
                    problem, slot, np.ones((1, 1))
                )
                rows.append(problem.law.formula(*problem.inputs, *bent) - offset)
    stacked = np.stack([np.broadcast_to(row, shape) for row in rows], axis=1)
    return np.nan_to_num(stacked, nan=0.0, posinf=1e150), np.nan_to_num(offset)


def _spread(problem: Problem, slot: Slot, value: FloatArray) -> FloatArray:
    return value if slot.group is None else value * problem.masks[slot.group]


def _normal_equations(
    scaled: FloatArray, aim: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Gram (b, g, p, p), moment (b, g, p) and energy (b, g) of all resamples by one product."""
    g, p, n = scaled.shape
    upper = [(i, j) for i in range(p) for j in range(i, p)]
    pairs = np.stack([scaled[:, i] * scaled[:, j] for i, j in upper], axis=1)
    stacked = np.concatenate([pairs, scaled * aim[:, None, :], (aim**2)[:, None, :]], axis=1)
    sums = (weights @ stacked.reshape(-1, n).T).reshape(len(weights), g, -1)
    gram = np.empty((len(weights), g, p, p))
    for k, (i, j) in enumerate(upper):
        gram[:, :, i, j] = gram[:, :, j, i] = sums[:, :, k]
    return gram, sums[:, :, len(upper) : len(upper) + p], sums[:, :, -1]


def _non_negative(
    gram: FloatArray, moment: FloatArray, energy: FloatArray, signed: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Least squares with the signed coefficients at or above zero: (b, g, p) and cost (b, g)."""
    b, g, p = moment.shape
    flat_gram, flat_moment = gram.reshape(-1, p, p), moment.reshape(-1, p)
    best = np.zeros((b * g, p))
    gain = np.zeros(b * g)
    for start in range(0, b * g, CHUNK):
        part = slice(start, start + CHUNK)
        best[part], gain[part] = _active_sets(flat_gram[part], flat_moment[part], signed)
    cost = energy - gain.reshape(b, g)
    return best.reshape(b, g, p), np.where(np.isfinite(cost), np.maximum(cost, 0.0), np.inf)


def _active_sets(
    gram: FloatArray, moment: FloatArray, signed: BoolArray
) -> tuple[FloatArray, FloatArray]:
    p = moment.shape[1]
    best, gain = np.zeros_like(moment), np.zeros(len(moment))
    waiting = np.arange(len(moment))
    for size in range(p, 0, -1):
        for chosen in combinations(range(p), size):
            dropped = [i for i in range(p) if i not in chosen]
            if not signed[dropped].all():
                continue
            solution = _solve(gram[waiting], moment[waiting], list(chosen))
            feasible = (solution[:, signed] >= 0.0).all(axis=1)
            won = np.where(feasible, np.einsum("ij,ij->i", solution, moment[waiting]), -np.inf)
            better = won > gain[waiting]
            best[waiting[better]], gain[waiting[better]] = solution[better], won[better]
            if size == p:  # a feasible full solution is the optimum; the rest try smaller sets
                waiting = waiting[~feasible]
        if p > ENUMERATED and size < p - 1:
            break  # assumption: with many columns dropping two at most is enough for a start
    return best, gain


def _solve(gram: FloatArray, moment: FloatArray, chosen: list[int]) -> FloatArray:
    block = gram[:, chosen][:, :, chosen] + RIDGE * np.eye(len(chosen))
    solution = np.zeros_like(moment)
    if len(moment):
        solution[:, chosen] = np.linalg.solve(block, moment[:, chosen][:, :, None])[:, :, 0]
    return np.nan_to_num(solution, nan=-1.0)
