"""Fits coefficients of a step to timed steps: non-negative least squares on relative errors.

Each row is divided by its measured time (H10). Which queue of a row is the longer, the device's or
the host's, is found by turns: rows are assigned, coefficients solved, rows assigned again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.decide.hardware.efficiency import DEFAULTS
from isoflop.decide.hardware.terms import HOST, SHARED, TERMS, WORK

PRIOR = 3e-3  # weight of the assumed coefficients, squared relative error; chosen by 16-row samples
_TURNS = 50
_STARTS = (0.1, 0.25, 0.5)  # quantiles of time a visit at which the host is first taken to bind
_NEAR = 1.15  # rows within this factor of the host's time are first assigned to it
_WORK, _HOST, _SHARED = len(WORK), len(HOST), len(SHARED)
_VISITS = TERMS.index("launch")
_EXCHANGE = TERMS.index("exchange")


@dataclass(frozen=True)
class Coefficients:
    """Solved coefficients (n_terms,), in the order of ``TERMS``, and their mean squared error."""

    values: FloatArray
    error: float


def predict(terms: FloatArray, values: FloatArray) -> FloatArray:
    """Seconds of steps.

    Parameters
    ----------
    terms : (n_rows, n_terms) seconds at stated speeds.
    values : (n_terms,)
    """
    work, host, shared = _queues(terms, values)
    return np.asarray(np.maximum(work, host) + shared)


def solve(terms: FloatArray, seconds: FloatArray, *, prior: float = PRIOR) -> Coefficients:
    """Coefficients of least squared relative error.

    Parameters
    ----------
    terms : (n_rows, n_terms) seconds at stated speeds.
    seconds : (n_rows,) measured.
    prior : pull of each coefficient to its assumed value, which decides where the rows cannot.

    Returns
    -------
    Non-negative coefficients; the exchange at least as long as its volume takes at stated speed.
    """
    best: Coefficients | None = None
    a_visit = seconds / terms[:, _VISITS]
    for quantile in _STARTS:
        waits = a_visit < _NEAR * np.quantile(a_visit, quantile)
        for _ in range(_TURNS):
            values = _solved(terms, seconds, waits, prior)
            error = float(np.mean((predict(terms, values) / seconds - 1.0) ** 2))
            if best is None or error < best.error:
                best = Coefficients(values, error)
            work, host, _ = _queues(terms, values)
            if ((host >= work) == waits).all():
                break
            waits = host >= work
    assert best is not None
    return best


def cross_validated(
    terms: FloatArray, seconds: FloatArray, groups: FloatArray, *, prior: float = PRIOR
) -> FloatArray:
    """Predicted seconds (n_rows,), each group of rows by coefficients of the others.

    Parameters
    ----------
    groups : (n_rows,) label of the group of each row.
    """
    found = np.zeros(len(seconds))
    for group in np.unique(groups):
        held = groups == group
        rest = solve(terms[~held], seconds[~held], prior=prior)
        found[held] = predict(terms[held], rest.values)
    return found


def _queues(terms: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    cuts = (slice(0, _WORK), slice(_WORK, _WORK + _HOST), slice(_WORK + _HOST, None))
    work, host, shared = (terms[:, cut] @ values[cut] for cut in cuts)
    return work, host, shared


def _solved(terms: FloatArray, seconds: FloatArray, waits: BoolArray, prior: float) -> FloatArray:
    from scipy.optimize import nnls

    assumed = np.array([DEFAULTS[name] for name in TERMS])
    size = np.where(assumed > 0.0, assumed, 1.0)
    counted = terms.copy()
    counted[waits, :_WORK] = 0.0
    counted[~waits, _WORK : _WORK + _HOST] = 0.0
    rows = counted / seconds[:, None] * size
    least = np.zeros(len(TERMS))
    least[_EXCHANGE] = 1.0 / size[_EXCHANGE]
    pull = np.sqrt(prior) * np.eye(len(TERMS))
    system = np.vstack([rows, pull])
    target = np.concatenate([np.ones(len(seconds)), np.sqrt(prior) * (assumed > 0.0)])
    found, _ = nnls(system, target - system @ least)
    return np.asarray((found + least) * size)
