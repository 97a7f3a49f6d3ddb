"""How finely to cut experts: the router's compute against the loss (granular2024, leverage2025)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import PlanError
from isoflop.laws.sparsity.moe_granular import LAW
from isoflop.laws.sparsity.moe_leverage import LAW as LEVERAGE

EXPANSION = 64.0  # granular2024: experts times their width over the feed-forward width
FLOP_PER_WEIGHT, FLOP_PER_ROUTE = 6.0, 14.0  # granular2024, recalled: c_f and c_r
WIDTH_PER_LAYER = 64.0  # granular2024, recalled: width over layers
FINENESS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
WIDTHS = (128.0, 65536.0)  # of the models compared
GRID = 2000  # widths; neighbours differ by a third of a percent


@dataclass(frozen=True)
class FineMixture:
    """The best model for a budget: granularity, width, total parameters, tokens and loss."""

    G: float
    width: float
    N: float
    D: float
    loss: float


def flop_per_token(width: FloatArray, G: float) -> FloatArray:
    """Training compute of a token, router included, over all layers.

    A layer costs 12*d^2*c_f for its active weights and d*E*G*c_r for the router.
    """
    layer = 12.0 * width**2 * FLOP_PER_WEIGHT + width * EXPANSION * G * FLOP_PER_ROUTE
    return np.asarray(width / WIDTH_PER_LAYER * layer)


def total_parameters(width: FloatArray) -> FloatArray:
    """All experts and attention, 4*d^2 + 8*d^2*E a layer (assumption: two matrices, 4d wide)."""
    return np.asarray(width / WIDTH_PER_LAYER * (4.0 + 8.0 * EXPANSION) * width**2)


def best_granularity(values: Mapping[str, float], C: float) -> FineMixture:
    """Granularity and size of least loss at C FLOP; ``values`` of the law moe_granular."""
    width = np.geomspace(*WIDTHS, GRID)
    N = total_parameters(width)
    rows = []
    for G in FINENESS:
        D = C / flop_per_token(width, G)
        loss = LAW.predict({"N": N, "D": D, "G": np.full_like(N, G)}, values)
        at = int(loss.argmin())
        rows.append(FineMixture(G, float(width[at]), float(N[at]), float(D[at]), float(loss[at])))
    return min(rows, key=lambda row: row.loss)


def leverage_granularity(values: Mapping[str, float]) -> float:
    """Granularity of the highest leverage, at any budget and activity: 2^(-beta/(2 gamma)).

    Raises
    ------
    PlanError
        E552 if the leverage has no maximum in granularity.
    """
    if not values["gamma"] > 0.0:
        raise PlanError(
            f"The leverage has no maximum in granularity: gamma is {values['gamma']:g}.",
            where="law moe_leverage",
            matters="finer experts would help, or hurt, without end.",
            do="fit runs with granularities on both sides of the best.",
            code="E552",
        )
    return float(2.0 ** (-values["beta"] / (2.0 * values["gamma"])))


def dense_equivalent(values: Mapping[str, float], C: float, A: float, G: float) -> float:
    """FLOP a dense model needs for the loss of a mixture trained with C; law moe_leverage."""
    return float(C * LEVERAGE.predict({"A": A, "G": G, "C": C}, values)[0])
