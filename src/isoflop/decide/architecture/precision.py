"""Bits to train in, and tokens after which quantising hurts (precision2024)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from isoflop.core.errors import PlanError
from isoflop.laws.precision.precision_training import LAW

BITS = (0.01, 100.0)  # bracket; wider than any format
STUDIED_BITS = (3.0, 16.0)  # precision2024: precisions of the study
REFERENCE = 16.0  # bits that 6*N*D stands for
FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020
HALVINGS = 60  # of the bracket in logs: below the spacing of float64
GRID = 1301  # precisions, a hundredth of a bit apart


def best_bits(sensitivities: Sequence[float]) -> float:
    """Training precision when size, tokens and bits are all free under C ~ N*D*P.

    One more bit must be worth its share of compute: sum of u/(exp(u) - 1) over u = P/g is one.

    Parameters
    ----------
    sensitivities : g of every part that runs at P bits, in bits.

    Raises
    ------
    PlanError
        E552 with fewer than two parts: fewer bits of one part alone are always worth it.
    """
    g = np.asarray(sensitivities, dtype=float)

    def surplus(P: float) -> float:
        u = P / g
        return float(np.sum(u / np.expm1(u)) - 1.0)

    low, high = BITS[0] * float(g.min()), BITS[1] * float(g.max())
    if not surplus(low) > 0.0:
        raise PlanError(
            "There is no best precision when only one part is trained in few bits.",
            where=f"sensitivities {', '.join(f'{one:g}' for one in g)}",
            matters="its compute would have to fall with its bits alone; it never pays to stop.",
            do="give the sensitivities of weights, activations and cache together.",
            code="E552",
        )
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if surplus(middle) > 0.0 else (low, middle)
    return float(np.sqrt(low * high))


def best_bits_at_size(values: Mapping[str, float], N: float, C: float) -> float:
    """Training precision of a given size under C = 6*N*D*P/16, all parts at P bits.

    Parameters
    ----------
    values : of the law precision_training.
    """
    bits = np.linspace(*STUDIED_BITS, GRID)
    D = C * REFERENCE / (FLOP_PER_PARAMETER_TOKEN * N * bits)
    inputs = {"N": np.full_like(D, N), "D": D, "P_w": bits, "P_a": bits, "P_kv": bits}
    return float(bits[LAW.predict(inputs, values).argmin()])


def critical_tokens(values: Mapping[str, float], N: float, P_post: float) -> float:
    """Tokens beyond which more training raises the loss of the quantised model.

    beta*B*D^-beta = g_D * (loss added by quantising).

    Parameters
    ----------
    values : of the law precision_post.
    """
    quantising = values["C_T"] * N ** -values["g_N"] * np.exp(-P_post / values["g_post"])
    ratio = values["beta"] * values["B"] / (values["g_D"] * quantising)
    return float(ratio ** (1.0 / (values["g_D"] + values["beta"])))
