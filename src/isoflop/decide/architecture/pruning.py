"""Pruning while training: mean size, its cost, and the best final sparsity (frantar2023)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.laws.sparsity.sparse_frantar import LAW

START, END = 0.25, 0.75  # journey2025: share of training before and after which nothing is pruned
CUBIC_MEAN = 0.75  # mean of 1 - (1 - t)^3 over t from 0 to 1
FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020
HIGHEST = 0.95  # sparsity compared; beyond, nothing was measured
GRID = 951  # sparsities, a tenth of a percent apart


@dataclass(frozen=True)
class Pruned:
    """The best final sparsity at a budget.

    Attributes
    ----------
    N : non-zero parameters at the end; ``dense`` is the size training starts from.
    cost : compute over that of a dense model of N parameters and the same tokens.
    """

    sparsity: float
    N: float
    dense: float
    D: float
    cost: float
    loss: float


def density(progress: float, sparsity: float, start: float = START, end: float = END) -> float:
    """Share of weights that are not zero after a share of training, by the cubic schedule."""
    phase = np.clip((progress - start) / (end - start), 0.0, 1.0)
    return float(1.0 - sparsity * (1.0 - (1.0 - phase) ** 3))


def mean_density(sparsity: float, start: float = START, end: float = END) -> float:
    """Mean parameters over initial ones, by shares of tokens before, in and after pruning.

    Training costs 6*mean*D, and sparse_average takes the mean as its size.
    """
    pruning = (end - start) * (1.0 - CUBIC_MEAN * sparsity)
    return start + pruning + (1.0 - end) * (1.0 - sparsity)


def training_cost(sparsity: float) -> float:
    """Compute over that of a dense model of the final size: mean over final parameters."""
    return mean_density(sparsity) / (1.0 - sparsity)


def best_final_sparsity(values: Mapping[str, float], N: float, C: float) -> Pruned:
    """Sparsity of least loss for N non-zero parameters and C FLOP.

    Sparser models of equal non-zero size are better but start larger, which costs tokens.

    Parameters
    ----------
    values : of the law sparse_frantar.
    """
    sparsity = np.linspace(0.0, HIGHEST, GRID)
    cost = np.array([training_cost(float(one)) for one in sparsity])
    D = C / (FLOP_PER_PARAMETER_TOKEN * N * cost)
    loss = LAW.predict({"N": np.full_like(D, N), "D": D, "sparsity": sparsity}, values)
    at = int(loss.argmin())
    share = float(sparsity[at])
    return Pruned(share, N, N / (1.0 - share), float(D[at]), float(cost[at]), float(loss[at]))
