"""Critical batch from branches of one run: the largest multiple of its batch that loses nothing.

From a checkpoint at batch B and rate lr, resume with k*B and ``branch_rate`` for a fixed window of
tokens (2e9 in merrill2025), smooth the loss, and compare the ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError

SMOOTHING = 0.5  # merrill2025: exponential average of the loss
TOLERANCE = 0.01  # merrill2025: nat/token that a branch may lose


@dataclass(frozen=True)
class Branched:
    """The local critical batch.

    Attributes
    ----------
    multiplier : k*, the largest that loses nothing against any smaller one.
    at_edge : whether it is the largest branch tried: the critical batch may be larger.
    excess : (n_branches,) nat/token above the lowest of the smaller multipliers; 0 for the first.
    """

    multiplier: float
    critical: float
    at_edge: bool
    excess: FloatArray


def branch_rate(lr: float, k: float, optimizer: Literal["adam", "sgd"] = "adam") -> float:
    """Learning rate of a branch at k times the batch (merrill2025)."""
    return lr * (k if optimizer == "sgd" else float(np.sqrt(k)))


def smoothed_end(losses: Sequence[float] | FloatArray, smoothing: float = SMOOTHING) -> float:
    """The last value of the exponential average of a branch's losses, nat/token."""
    values = np.asarray(losses, dtype=float)
    average = float(values[0])
    for value in values[1:]:
        average = smoothing * average + (1.0 - smoothing) * float(value)
    return average


def critical_by_branches(
    batch: float,
    multipliers: Sequence[float] | FloatArray,
    losses: Sequence[float] | FloatArray,
    *,
    tolerance: float = TOLERANCE,
) -> Branched:
    """The largest k with loss(k) <= loss(j) + tolerance for every smaller j.

    Parameters
    ----------
    batch : of the run at the checkpoint, tokens.
    multipliers, losses : (n_branches,) k and the smoothed final loss; one of the k is 1.
    tolerance : nat/token; below twice the seed noise, branches fail or pass by chance.

    Raises
    ------
    DataError
        E533 unless multipliers are distinct, from 1 up, with a finite loss each.

    Source
    ------
    merrill2025; a branch that caught up within the window is assumed to stay caught up.

    Example
    -------
    >>> critical_by_branches(1e6, [1, 2, 4, 8], [2.700, 2.699, 2.705, 2.75]).critical
    4000000.0
    """
    k, loss = np.asarray(multipliers, dtype=float), np.asarray(losses, dtype=float)
    usable = len(k) == len(loss) > 0 and len(np.unique(k)) == len(k)
    if not usable or k.min() != 1.0 or not np.isfinite(loss).all():
        raise DataError(
            "These branches cannot be compared.",
            where=f"{len(k)} multipliers, {len(loss)} losses",
            matters="every branch is judged against all with a smaller batch, down to 1.",
            do="give distinct multipliers from 1 up and one finite loss for each.",
            code="E533",
        )
    order = np.argsort(k)
    k, loss = k[order], loss[order]
    best_before = np.minimum.accumulate(np.concatenate([[loss[0]], loss[:-1]]))
    excess = loss - best_before
    last = int(np.flatnonzero(excess <= tolerance)[-1])
    return Branched(
        multiplier=float(k[last]),
        critical=batch * float(k[last]),
        at_edge=last == len(k) - 1,
        excess=excess,
    )


def detection_errors(
    multipliers: Sequence[float] | FloatArray,
    losses: Sequence[float] | FloatArray,
    noise: float,
    *,
    seed: int,
    tolerance: float = TOLERANCE,
    draws: int = 1000,
) -> tuple[float, float]:
    """How often noise of this size makes k* too small or too large: two shares.

    Parameters
    ----------
    losses : (n_branches,) without noise, rising multipliers.
    noise : standard deviation of the smoothed final loss between seeds, nat/token.
    """
    k, loss = np.asarray(multipliers, dtype=float), np.asarray(losses, dtype=float)
    truth = critical_by_branches(1.0, k, loss, tolerance=tolerance).multiplier
    rng = np.random.default_rng(seed)
    found = np.array(
        [
            critical_by_branches(
                1.0, k, loss + noise * rng.normal(size=len(k)), tolerance=tolerance
            ).multiplier
            for _ in range(draws)
        ]
    )
    return float(np.mean(found < truth)), float(np.mean(found > truth))
