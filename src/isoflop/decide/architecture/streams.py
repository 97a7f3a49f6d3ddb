"""Parallel streams or a larger model: what P streams are worth (parscale2025)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import PlanError
from isoflop.laws.parallel.parscale import LAW

STREAMS = (1, 2, 4, 8)  # parscale2025: counts of the study


@dataclass(frozen=True)
class Streams:
    """A model and its streams; ``work`` is forward compute in parameters, N*P."""

    N: float
    P: int
    work: float
    loss: float


def equivalent_size(values: Mapping[str, float], N: float, P: float) -> float:
    """Parameters of the plain model with the same loss, N*(1 + k*ln P)."""
    return float(N * (1.0 + values["k"] * np.log(P)))


def best_streams(
    values: Mapping[str, float],
    sizes: Sequence[float],
    *,
    most_parameters: float = np.inf,
    most_work: float = np.inf,
) -> Streams:
    """Size and streams of least loss within memory and forward compute.

    Parameters
    ----------
    values : of the law parscale.
    sizes : parameters without embeddings to choose from.
    most_parameters : that fit into memory, which streams hardly add to.
    most_work : N*P a forward pass may cost.

    Raises
    ------
    PlanError
        E553 if no pair is within the limits.
    """
    small = [N for N in sizes if most_parameters >= N]
    pairs = [(N, P) for N in small for P in STREAMS if most_work >= N * P]
    if not pairs:
        raise PlanError(
            f"None of {len(sizes)} sizes is within the limits.",
            where=f"most_parameters {most_parameters:g}, most_work {most_work:g}",
            matters="there is nothing to choose from.",
            do="offer smaller sizes, or allow more.",
            code="E553",
        )
    rows = [
        Streams(N, P, N * P, float(LAW.predict({"N_ne": N, "P": float(P)}, values)[0]))
        for N, P in pairs
    ]
    return min(rows, key=lambda row: row.loss)
