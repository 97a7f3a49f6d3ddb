"""Clean or noisy samples for a budget: which share of the money buys clean ones (X21)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

N_GRID = 2001


@dataclass(frozen=True)
class Purchase:
    """Samples to buy and what they are worth.

    Attributes
    ----------
    share : of the money spent on clean samples
    effective : clean samples of the same worth
    """

    n_clean: float
    n_noisy: float
    share: float
    effective: float


def best_purchase(
    values: Mapping[str, float], *, budget: float, price_clean: float, price_noisy: float
) -> Purchase:
    """The purchase with the most effective samples, n_c + w*n_c/(n_c + h)*n_n.

    With h at zero every noisy sample has one worth and the answer is all or nothing; otherwise
    some clean samples are needed for the noisy ones to count.

    Parameters
    ----------
    values : w and h of ``clean_noisy``.
    budget, price_clean, price_noisy : in one currency; prices a sample.
    """
    w, h = values["w"], values["h"]
    low, high = 1e-9, 1.0
    for _ in range(3):
        share = np.linspace(low, high, N_GRID)
        clean = share * budget / price_clean
        noisy = (1.0 - share) * budget / price_noisy
        effective = clean + w * clean / (clean + h) * noisy
        k = int(np.argmax(effective))
        low, high = float(share[max(k - 1, 0)]), float(share[min(k + 1, N_GRID - 1)])
    return Purchase(float(clean[k]), float(noisy[k]), float(share[k]), float(effective[k]))
