"""Matrix factorisation of scores in logits by alternating ridge regressions.

s = mu + b_model + c_benchmark + p_model . q_benchmark.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray

EDGE = 0.01  # assumption: scores nearer to 0 or 1 than a percent are noise of the evaluation
ROUNDS, STOP = 300, 1e-8


@dataclass(frozen=True, eq=False)
class Factors:
    """What all models share.

    Attributes
    ----------
    mean : of the logits
    offsets : (n_benchmarks,)
    loadings : (n_benchmarks, 1 + k); the first column is one, it carries the model's own offset
    ridge : penalty of a model's numbers, in units of one score
    """

    mean: float
    offsets: FloatArray
    loadings: FloatArray
    ridge: float

    def place(self, logits: FloatArray) -> FloatArray:
        """Numbers of models (n_models, 1 + k) from their known logits; zero for an unknown one."""
        return _ridge(logits - self.mean - self.offsets, self.loadings, self.ridge)

    def logits(self, placed: FloatArray) -> FloatArray:
        """Logits (n_models, n_benchmarks) of placed models."""
        return np.asarray(self.mean + self.offsets + placed @ self.loadings.T)


def logit(values: FloatArray) -> FloatArray:
    """Log odds of scores, held a percent away from 0 and 1."""
    inside = np.clip(values, EDGE, 1.0 - EDGE)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def fit_factors(
    logits: FloatArray, k: int, ridge: float, weights: FloatArray | None = None
) -> Factors:
    """Alternate between models and benchmarks until the objective settles.

    Parameters
    ----------
    logits : (n_models, n_benchmarks), NaN where missing.
    k : factors beside the offsets.
    ridge : penalty of every number but the offsets of benchmarks.
    weights : (n_models,) how often each model counts.
    """
    n, m = logits.shape
    w = np.ones(n) if weights is None else weights
    known = np.isfinite(logits)
    mass = known * w[:, None]
    mean = float(np.sum(np.where(known, logits, 0.0) * mass) / mass.sum())
    centred = np.where(known, logits - mean, 0.0)
    offsets = (centred * mass).sum(axis=0) / np.maximum((mass).sum(axis=0), 1e-12)
    loadings = np.column_stack([np.ones(m), _start(np.where(known, centred - offsets, 0.0), k)])
    before = np.inf
    for _ in range(ROUNDS):
        placed = _ridge(logits - mean - offsets, loadings, ridge)
        rest = logits - mean - placed[:, :1]
        design = np.column_stack([np.ones(n), placed[:, 1:]])
        solved = _ridge(rest.T, design, ridge, free_first=True, weights=w)
        offsets, loadings = solved[:, 0], np.column_stack([np.ones(m), solved[:, 1:]])
        off = np.where(known, logits - mean - offsets - placed @ loadings.T, 0.0)
        value = float(np.sum(w[:, None] * off**2)) + ridge * float(
            np.sum(w[:, None] * placed**2) + np.sum(solved[:, 1:] ** 2)
        )
        if before - value <= STOP * value:
            break
        before = value
    return Factors(mean, offsets, loadings, ridge)


def _start(filled: FloatArray, k: int) -> FloatArray:
    """Axes of the residuals after each model's mean, scaled evenly between the two sides."""
    left = filled - filled.mean(axis=1, keepdims=True)
    _, size, axes = np.linalg.svd(left, full_matrices=False)
    return np.asarray(axes[:k].T * np.sqrt(size[:k] / np.sqrt(len(filled))))


def _ridge(
    values: FloatArray,
    design: FloatArray,
    ridge: float,
    *,
    free_first: bool = False,
    weights: FloatArray | None = None,
) -> FloatArray:
    """Ridge regression of every row of ``values`` (n, m) on ``design`` (m, k): (n, k)."""
    known = np.isfinite(values)
    mass = known.astype(float) if weights is None else known * weights
    filled = np.where(known, values, 0.0)
    penalty = np.full(design.shape[1], ridge)
    if free_first:
        penalty[0] = 1e-9  # a benchmark no model was scored on keeps offset zero
    gram = np.einsum("nm,mk,ml->nkl", mass, design, design) + np.diag(penalty)
    right = (mass * filled) @ design
    return np.asarray(np.linalg.solve(gram, right[:, :, None])[:, :, 0])
