"""Where the search begins: space-filling candidates, projected, the best and a spread of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.fit.problem import Problem
from isoflop.fit.projection import linear_slots, project

GRID_PER_AXIS = {1: 48, 2: 12}  # measured: 12 x 12 is enough for two exponents
SCATTERED = 512  # candidates in three or more dimensions
CROWDING = 1.5  # assumption: exponents are more often small than large within their bounds


def candidates(problem: Problem) -> FloatArray:
    """Space-filling values (n_candidates, n_nonlinear) of coordinates that are not projected."""
    linear = linear_slots(problem)
    low, high = (bound[~linear] for bound in problem.bounds)
    return _natural(problem, low + (high - low) * _fill(int((~linear).sum())), ~linear)


def draw(problem: Problem, n: int, rng: np.random.Generator) -> FloatArray:
    """Random values of the coordinates that are not projected."""
    linear = linear_slots(problem)
    low, high = (bound[~linear] for bound in problem.bounds)
    return _natural(problem, low + (high - low) * rng.uniform(size=(n, len(low))), ~linear)


def project_starts(
    problem: Problem, points: FloatArray, weights: FloatArray, n_best: int
) -> FloatArray:
    """The best candidates of every lane as coordinates: (n_sets, n_best, n_coordinates)."""
    n_best = min(n_best, len(points))
    k = len(problem.slots)
    if linear_slots(problem).any():
        projection = project(problem, points, weights)
        cost, natural = projection.cost, projection.natural
        order = np.argsort(cost, axis=1, kind="stable")[:, :n_best]
        chosen = np.take_along_axis(natural, order[:, :, None], axis=1)
        return problem.coordinates(chosen.reshape(-1, k)).reshape(len(weights), n_best, k)
    coordinates = problem.coordinates(points)
    with np.errstate(all="ignore"):
        prediction = problem.predict(coordinates)
        summands = problem.objective.rho(problem.objective.residual(prediction, problem.target))
    cost = weights @ np.where(np.isfinite(summands), summands, 1e6).T
    order = np.argsort(cost, axis=1, kind="stable")[:, :n_best]
    return coordinates[order]


def project_each(problem: Problem, points: FloatArray, weights: FloatArray) -> FloatArray:
    """Every point completed by projection, as coordinates: (n_points, n_coordinates)."""
    if not linear_slots(problem).any():
        return problem.coordinates(points)
    return problem.coordinates(project(problem, points, weights[None, :]).natural[0])


def guessed(problem: Problem) -> FloatArray:
    """The law's own guess as coordinates, (0 or 1, n_coordinates)."""
    if problem.law.guess is None or problem.n_groups > 1:
        return np.empty((0, len(problem.slots)))
    inputs: Mapping[str, FloatArray] = dict(zip(problem.law.inputs, problem.inputs, strict=True))
    values = problem.law.guess(inputs, problem.target)
    natural = np.array([[values[slot.parameter.name] for slot in problem.slots]])
    return problem.coordinates(natural)


def published(problem: Problem) -> FloatArray:
    """Published sets as coordinates, (n_starts, n_coordinates), where nothing can be projected.

    They make a search of many dimensions see the optimum that others found.
    """
    none = np.empty((0, len(problem.slots)))
    if linear_slots(problem).any() or problem.n_groups > 1:
        return none
    names = [slot.parameter.name for slot in problem.slots]
    usable = [one for one in problem.law.published if not one.example]
    sets = [[one.values[name] for name in names] for one in usable]
    if not sets:
        return none
    low, high = problem.bounds
    coordinates = problem.coordinates(np.array(sets))
    return coordinates[((coordinates >= low) & (coordinates <= high)).all(axis=1)]


def _fill(dimensions: int) -> FloatArray:
    if dimensions == 0:
        return np.empty((1, 0))
    if dimensions in GRID_PER_AXIS:
        axis = (np.arange(GRID_PER_AXIS[dimensions]) + 0.5) / GRID_PER_AXIS[dimensions]
        mesh = np.meshgrid(*[axis] * dimensions, indexing="ij")
        return np.stack([m.ravel() for m in mesh], axis=1)
    # Additive recurrence on the generalised golden ratio: low discrepancy in any dimension.
    ratio = 2.0
    for _ in range(40):
        ratio = (1.0 + ratio) ** (1.0 / (dimensions + 1))
    steps = ratio ** -np.arange(1.0, dimensions + 1.0)
    return (0.5 + np.outer(np.arange(1, SCATTERED + 1), steps)) % 1.0


def _natural(problem: Problem, coordinates: FloatArray, chosen: BoolArray) -> FloatArray:
    values = np.array(coordinates)
    low, high = (bound[chosen] for bound in problem.bounds)
    slots = [slot for slot, take in zip(problem.slots, chosen, strict=True) if take]
    for i, slot in enumerate(slots):
        if slot.parameter.is_scale:
            values[:, i] = np.exp(values[:, i])
        elif slot.parameter.low >= 0.0:
            share = (values[:, i] - low[i]) / (high[i] - low[i])
            values[:, i] = low[i] + (high[i] - low[i]) * share**CROWDING
    return values
