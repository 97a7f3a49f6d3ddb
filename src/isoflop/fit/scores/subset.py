"""Which few models to score: the subset that leaves the least doubt about the rest (ruan2024)."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.core.errors import DataError

RIDGE = 1e-6  # relative: makes the first choices, before every direction is seen, comparable


def prediction_trace(S: FloatArray, chosen: list[int], asked: FloatArray | None = None) -> float:
    """Trace of the covariance of linear predictions at ``asked``, in units of the noise.

    Parameters
    ----------
    S : (n_models, n_components); an offset is added.
    chosen : rows that are measured.
    asked : (n_asked, n_components) where predictions are wanted; all models by default.
    """
    X, Z = _design(S), _design(S if asked is None else asked)
    information = X[chosen].T @ X[chosen] + RIDGE * np.diag((X**2).mean(axis=0))
    return float(np.trace(Z @ np.linalg.solve(information, Z.T)))


def choose_models(
    S: FloatArray,
    n: int,
    *,
    asked: FloatArray | None = None,
    allowed: BoolArray | None = None,
) -> list[int]:
    """Pick ``n`` models to score on a new task, greedily and then by exchange.

    Parameters
    ----------
    S : (n_models, n_components) capabilities, known for all.
    asked : where the task is to be predicted; all models by default.
    allowed : (n_models,) which may be chosen, such as those below a cut-off of compute.

    Raises
    ------
    DataError
        E562 if fewer than ``n`` are allowed, or ``n`` cannot determine the curve.
    """
    pool = np.flatnonzero(np.ones(len(S), dtype=bool) if allowed is None else allowed).tolist()
    if n < S.shape[1] + 1 or len(pool) < n:
        raise DataError(
            f"{n} models of {len(pool)} cannot be chosen for {S.shape[1]} capabilities.",
            where="number of models to score",
            matters=f"the curve has {S.shape[1] + 1} numbers besides its floor.",
            do="ask for more models, or allow more.",
            code="E562",
        )
    chosen: list[int] = []
    for _ in range(n):
        rest = [i for i in pool if i not in chosen]
        chosen.append(min(rest, key=lambda i: prediction_trace(S, [*chosen, i], asked)))
    return sorted(_exchanged(S, chosen, pool, asked))


def _exchanged(
    S: FloatArray, chosen: list[int], pool: list[int], asked: FloatArray | None
) -> list[int]:
    best = prediction_trace(S, chosen, asked)
    improved = True
    while improved:
        improved = False
        for place in range(len(chosen)):
            for other in (i for i in pool if i not in chosen):
                trial = [*chosen[:place], other, *chosen[place + 1 :]]
                value = prediction_trace(S, trial, asked)
                if value < best * (1.0 - 1e-9):
                    chosen, best, improved = trial, value, True
    return chosen


def _design(S: FloatArray) -> FloatArray:
    return np.column_stack([S, np.ones(len(S))])
