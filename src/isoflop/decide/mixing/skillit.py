"""Skill-it: shares grow with the losses that a skill helps to lower.

X07, skillit2023; the update is recalled, not checked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError

ETA = 0.5  # assumption: the entry gives no value
WINDOW = 3  # assumption: rounds whose losses count


def adjacency(before: FloatArray, after: FloatArray) -> FloatArray:
    """How far training on skill i alone lowers the loss of skill j, (n_skills, n_skills).

    Parameters
    ----------
    before : (n_skills,) losses of the common start, nat/token
    after : (n_skills, n_skills) loss of j after the same steps on i alone

    Returns
    -------
    Relative falls, zero where the loss rose. A row is also a cheap guess of the signs of the
    coefficients of a mixing law: large here, negative there.
    """
    if (before <= 0.0).any():
        raise UsageError(
            "Losses must be positive to compare their relative falls.",
            where="losses before training on single skills",
            matters="the adjacency of skills would be meaningless.",
            do="give cross-entropies.",
            code="E544",
        )
    return np.maximum(1.0 - after / before, 0.0)


def first_mixture(graph: FloatArray, *, eta: float = ETA) -> FloatArray:
    """Shares of the first round: skills that help many others."""
    return _softmax(eta * graph.sum(axis=1))


def next_mixture(
    graph: FloatArray, losses: Sequence[FloatArray], *, eta: float = ETA, window: int = WINDOW
) -> FloatArray:
    """Shares of the next round.

    Parameters
    ----------
    graph : (n_skills, n_skills) adjacency
    losses : (n_skills,) of every round so far; the last ``window`` count
    """
    recent = np.sum(list(losses)[-window:], axis=0)
    return _softmax(eta * graph @ recent)


def _softmax(x: FloatArray) -> FloatArray:
    grown = np.exp(x - x.max())
    return np.asarray(grown / grown.sum())
