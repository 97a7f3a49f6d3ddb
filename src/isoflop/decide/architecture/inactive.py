"""What share of experts to leave inactive, for a budget of compute and memory (sparsity2025)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import PlanError
from isoflop.laws.sparsity.moe_sparsity import LAW

FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020, of the active parameters
HIGHEST = 0.98  # sparsity2025: the sparsest models of the study
SIZES = (1e7, 1e13)  # total parameters compared
GRID = 400  # points in size and in sparsity


@dataclass(frozen=True)
class SparseMixture:
    """The best mixture: total and active parameters, tokens, share inactive, loss."""

    N: float
    N_active: float
    D: float
    sparsity: float
    loss: float


def active_parameters(N: float, sparsity: float, expert_share: float) -> float:
    """Parameters a token uses, of N in total of which a share lies in experts."""
    return N * (1.0 - sparsity * expert_share)


def best_sparsity(
    values: Mapping[str, float], C: float, *, expert_share: float, most_total: float = np.inf
) -> SparseMixture:
    """Total size and sparsity of least loss at C FLOP; advisory, the law has ten constants.

    Parameters
    ----------
    values : of the law moe_sparsity.
    expert_share : share of all parameters that lies in experts, 0 to 1.
    most_total : parameters that fit into memory.

    Raises
    ------
    PlanError
        E553 if the memory holds less than the smallest model compared.
    """
    if not most_total > SIZES[0]:
        raise PlanError(
            f"A memory of {most_total:g} parameters holds none of the models compared.",
            where="most_total",
            matters="sizes from 10M parameters are compared.",
            do="allow more parameters.",
            code="E553",
        )
    N = np.geomspace(SIZES[0], min(SIZES[1], most_total), GRID)[:, None]
    sparsity = np.linspace(0.0, HIGHEST, GRID)[None, :]
    active = N * (1.0 - sparsity * expert_share)
    D = C / (FLOP_PER_PARAMETER_TOKEN * active)
    flat = [np.broadcast_to(one, active.shape).ravel() for one in (N, D, sparsity)]
    loss = LAW.predict(dict(zip(LAW.inputs, flat, strict=True)), values)
    at = int(loss.argmin())
    size, tokens, share = (float(one[at]) for one in flat)
    found = active_parameters(size, share, expert_share)
    return SparseMixture(size, found, tokens, share, float(loss[at]))
