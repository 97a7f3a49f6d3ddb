"""How many experts, and how large, for a budget of compute and memory (jointmoe2025)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import PlanError
from isoflop.laws.closed_forms import additive_optimum
from isoflop.laws.saturation import saturated
from isoflop.laws.sparsity.moe_joint import LAW

FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020, of the active parameters
COUNTS = (1, 2, 4, 8, 16, 32)  # assumption: as far as the law was checked


@dataclass(frozen=True)
class Mixture:
    """One number of experts at its best active size.

    Attributes
    ----------
    total : parameters that must be held in memory.
    limited : whether memory, not compute, sets the size.
    """

    experts: int
    N_active: float
    D: float
    total: float
    loss: float
    limited: bool


def best_size(values: Mapping[str, float], C: float, experts: float) -> tuple[float, float]:
    """Compute-optimal active parameters and tokens for a given number of experts, C = 6*N*D.

    Parameters
    ----------
    values : of the law moe_joint.
    """
    count = float(saturated(experts, values["E_start"], values["E_max"]))
    log_count = np.log(count)
    found = additive_optimum(
        np.asarray(values["a"] * count ** values["delta"]),
        np.asarray(-(values["alpha"] + values["gamma"] * log_count)),
        np.asarray(values["b"] * count ** values["omega"]),
        np.asarray(-(values["beta"] + values["zeta"] * log_count)),
        np.asarray(C),
        FLOP_PER_PARAMETER_TOKEN,
    )
    return float(found["N"]), float(found["D"])


def compare_experts(
    values: Mapping[str, float],
    C: float,
    *,
    expert_share: float,
    most_total: float = float("inf"),
    most_active: float = float("inf"),
) -> tuple[Mixture, ...]:
    """Every number of experts of the study at its best size within the limits, lowest loss first.

    Parameters
    ----------
    values : of the law moe_joint.
    expert_share : share of the active parameters that lies in experts, 0 to 1.
    most_total : parameters that fit into memory.
    most_active : active parameters that inference can afford.

    Raises
    ------
    PlanError
        E553 for a share outside 0 to 1, or limits that are not positive.
    """
    if not (0.0 <= expert_share <= 1.0 and most_total > 0.0 and most_active > 0.0):
        raise PlanError(
            "The share of experts must lie between 0 and 1, limits must be positive.",
            where=f"expert_share {expert_share:g}, most_total {most_total:g}",
            matters="total size is counted from the share.",
            do="give the share of active parameters in the experts, such as 0.67.",
            code="E553",
        )
    rows = []
    for experts in COUNTS:
        copies = 1.0 + expert_share * (experts - 1)
        free, _ = best_size(values, C, experts)
        N = min(free, most_total / copies, most_active)
        D = C / (FLOP_PER_PARAMETER_TOKEN * N)
        loss = float(LAW.predict({"N_active": N, "D": D, "E_x": float(experts)}, values)[0])
        rows.append(Mixture(experts, N, D, N * copies, loss, free > N))
    return tuple(sorted(rows, key=lambda row: row.loss))
