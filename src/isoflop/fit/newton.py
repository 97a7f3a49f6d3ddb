"""The polish: damped Newton steps on the exact objective, for many starts and resamples at once.

The damping adds the curvature of a quadratic bound on the objective, which makes the steps
invariant to affine changes of the coordinates: centring log inputs, or rescaling them, changes
nothing. Lanes that have converged are retired.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray, IntArray
from isoflop.fit.problem import Problem

MAX_STEPS = 200
GAIN_TOLERANCE = 1e-13  # relative gain promised by the model below which a lane has arrived
FIRST_DAMPING = 0.1
DAMPING_RANGE = (1e-12, 1e10)
RIDGE = 1e-10  # of a metric with unit diagonal: keeps flat directions decomposable
FLAT = 1e-9  # of the largest eigenvalue: what rounding may have made negative
TAKE_STEP = 1e-4  # share of the promised gain that must be realised
GROW, SHRINK = 5.0, 0.35  # measured on 300 starts: fewest steps for the slowest


@dataclass(frozen=True)
class Effort:
    """When a lane stops: at a promised relative gain, or after so many steps."""

    tolerance: float = GAIN_TOLERANCE
    max_steps: int = MAX_STEPS


@dataclass(frozen=True)
class Polished:
    """Where each lane ended.

    Attributes
    ----------
    coordinates : (n_sets, n_coordinates)
    objective : (n_sets,)
    converged : (n_sets,) whether the model promises no further gain
    steps : (n_sets,)
    """

    coordinates: FloatArray
    objective: FloatArray
    converged: BoolArray
    steps: IntArray


@dataclass
class _Lanes:
    """The lanes still moving, with their local model."""

    index: IntArray
    u: FloatArray
    weights: FloatArray
    value: FloatArray
    damping: FloatArray
    gradient: FloatArray
    hessian: FloatArray
    metric: FloatArray

    def keep(self, mask: BoolArray) -> None:
        for name in vars(self):
            setattr(self, name, getattr(self, name)[mask])


def polish(
    problem: Problem, starts: FloatArray, weights: FloatArray, effort: Effort | None = None
) -> Polished:
    """Minimise the objective from every start.

    Parameters
    ----------
    starts : (n_sets, n_coordinates), clipped to the bounds
    weights : (n_sets, n_runs) weight of each run in each lane
    """
    effort = effort or Effort()
    low, high = problem.bounds
    u = np.clip(starts, low, high)
    value, gradient, hessian, metric = local_model(problem, u, weights)
    done = Polished(
        u.copy(), value.copy(), np.zeros(len(u), dtype=bool), np.zeros(len(u), dtype=np.int64)
    )
    alive = np.flatnonzero(np.isfinite(value))
    if not len(alive):
        return done
    lanes = _Lanes(
        alive,
        u[alive],
        np.broadcast_to(weights, (len(u), problem.n_runs))[alive],
        value[alive],
        np.full(len(alive), FIRST_DAMPING),
        gradient[alive],
        hessian[alive],
        metric[alive],
    )
    for _ in range(effort.max_steps):
        broken: BoolArray = ~np.asarray(
            np.isfinite(lanes.gradient).all(axis=1)
            & np.isfinite(lanes.hessian).all(axis=(1, 2))
            & np.isfinite(lanes.metric).all(axis=(1, 2))
        )
        if broken.any():  # derivatives overflowed: such a lane stays where it is, unconverged
            done.coordinates[lanes.index[broken]] = lanes.u[broken]
            done.objective[lanes.index[broken]] = lanes.value[broken]
            lanes.keep(~broken)
            if not len(lanes.index):
                break
        step, promised = _damped_step(lanes, low, high)
        settled = promised <= effort.tolerance * lanes.value
        _record(done, lanes, settled)
        if settled.all():
            break
        lanes.keep(~settled)
        _advance(problem, lanes, step[~settled], promised[~settled], low, high)
        done.steps[lanes.index] += 1
    done.coordinates[lanes.index] = lanes.u
    done.objective[lanes.index] = lanes.value
    return done


def local_model(
    problem: Problem, u: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Objective (b,), gradient (b, k), Hessian (b, k, k) and majorising metric (b, k, k)."""
    with np.errstate(all="ignore"):
        jet = problem.jet(u)
        shape = (len(u), problem.n_runs)
        value = np.broadcast_to(jet.value, shape)
        total = problem.objective.total(value, problem.target, weights)
        curve = problem.objective.curvature(value, problem.target)
        k = u.shape[1]
        jacobian = np.zeros((len(u), k, problem.n_runs))
        for i, partial in jet.gradient.items():
            jacobian[:, i] = partial
        pull = weights * curve.first
        gradient = np.matmul(jacobian, pull[:, :, None])[:, :, 0]
        transposed = jacobian.transpose(0, 2, 1)
        hessian = np.matmul(jacobian * (weights * curve.second)[:, None, :], transposed)
        metric = np.matmul(jacobian * (weights * curve.majorant)[:, None, :], transposed)
        for (i, j), second in jet.hessian.items():
            term = np.einsum("bn,bn->b", pull, np.broadcast_to(second, shape))
            hessian[:, i, j] += term
            if i != j:
                hessian[:, j, i] += term
    return total, gradient, hessian, metric


def _damped_step(lanes: _Lanes, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Step (b, k) and the gain the quadratic model promises (b,)."""
    held = ((lanes.u <= low) & (lanes.gradient > 0)) | ((lanes.u >= high) & (lanes.gradient < 0))
    free = ~held
    both = free[:, :, None] & free[:, None, :]
    k = lanes.u.shape[1]
    eye = np.eye(k)
    diagonal = np.einsum("bii->bi", lanes.metric)
    scale = np.sqrt(np.where(free & (diagonal > 0), diagonal, 1.0))
    outer = scale[:, :, None] * scale[:, None, :]
    metric = np.where(both, lanes.metric / outer, 0.0) + eye * RIDGE
    metric += eye * held[:, :, None]
    hessian = np.where(both, lanes.hessian / outer, 0.0) + eye * held[:, :, None]
    gradient = np.where(free, lanes.gradient / scale, 0.0)
    # In the metric's own frame the damped Hessian is diagonal: one decomposition, any damping.
    factor = _cholesky(metric)
    inverse = np.linalg.inv(factor)
    whitened = inverse @ hessian @ inverse.transpose(0, 2, 1)
    values, vectors = np.linalg.eigh(0.5 * (whitened + whitened.transpose(0, 2, 1)))
    # Negative curvature is reflected: descend along it with its own size.
    bent = np.abs(values) + lanes.damping[:, None]
    pulled = np.einsum("bji,bj->bi", vectors, np.einsum("bij,bj->bi", inverse, gradient))
    moved = -pulled / bent
    step = np.einsum("bji,bj->bi", inverse, np.einsum("bij,bj->bi", vectors, moved)) / scale
    promised = -np.einsum("bi,bi->b", pulled, moved) - 0.5 * np.einsum(
        "bi,bi->b", np.abs(values), moved**2
    )
    return np.where(free, step, 0.0), promised


def _cholesky(metric: FloatArray) -> FloatArray:
    """Factors of metrics with unit diagonal; directions flat to rounding are kept off zero."""
    try:
        return np.asarray(np.linalg.cholesky(metric))
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(metric)
        kept = np.maximum(values, FLAT * np.abs(values).max(axis=1, keepdims=True))
        mended = (vectors * kept[:, None, :]) @ vectors.transpose(0, 2, 1)
        return np.asarray(np.linalg.cholesky(mended))


def _advance(
    problem: Problem,
    lanes: _Lanes,
    step: FloatArray,
    promised: FloatArray,
    low: FloatArray,
    high: FloatArray,
) -> None:
    """Try the step; take it where it pays, and set the damping by how well the model foretold."""
    trial = np.clip(lanes.u + step, low, high)
    value, gradient, hessian, metric = local_model(problem, trial, lanes.weights)
    with np.errstate(all="ignore"):
        share = (lanes.value - value) / promised
    taken = np.isfinite(value) & (share > TAKE_STEP)
    good = taken & (share > 0.5)
    lanes.damping = np.clip(
        np.where(
            good, lanes.damping * SHRINK, np.where(taken, lanes.damping, lanes.damping * GROW)
        ),
        *DAMPING_RANGE,
    )
    if not taken.any():
        return
    lanes.u[taken] = trial[taken]
    lanes.value[taken] = value[taken]
    lanes.gradient[taken] = gradient[taken]
    lanes.hessian[taken] = hessian[taken]
    lanes.metric[taken] = metric[taken]


def _record(done: Polished, lanes: _Lanes, settled: BoolArray) -> None:
    index = lanes.index[settled]
    done.coordinates[index] = lanes.u[settled]
    done.objective[index] = lanes.value[settled]
    done.converged[index] = True
