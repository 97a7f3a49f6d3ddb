"""The cheapest model with a datastore at a target loss: size, tokens and store together (X32)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import PlanError
from isoflop.fit.fit import Fit

TRAIN = 6.0  # FLOP a parameter and token; kaplan2020
SERVE = 2.0
N_GRID = 160


@dataclass(frozen=True)
class Prices:
    """What things cost, in one currency.

    Attributes
    ----------
    flop : of computing; store : of a token of the datastore, over its life
    served : tokens that will be served; retrieval : of looking up, a token served with a store
    """

    flop: float
    store: float
    served: float
    retrieval: float


@dataclass(frozen=True)
class Build:
    """Size, tokens and store, and the parts of their cost."""

    N: float
    D: float
    store: float
    training: float
    serving: float
    storage: float

    @property
    def cost(self) -> float:
        """All of it."""
        return self.training + self.serving + self.storage


def cheapest_build(fit: Fit, target: float, prices: Prices) -> Build:
    """Least cost at a target loss, inside the evidence of the fit only.

    Sizes and stores are tried on a grid of the evidence; the tokens follow from the target.

    Raises
    ------
    PlanError
        E545 if nothing inside the evidence reaches the target.
    """
    v = fit.values
    N = np.geomspace(*fit.evidence["N"], N_GRID)[:, None]
    low, high = fit.evidence["M_s"]
    # No store is always possible; the law has a logarithm of it, so the rest is a grid in logs.
    stores = np.append(0.0, np.geomspace(max(low, 1e-6 * high), high, N_GRID))[None, :]
    left = target - v["E"] - v["A"] * N ** -v["alpha"] + v["G"] * np.log1p(stores / v["M_0"])
    with np.errstate(divide="ignore", invalid="ignore"):
        D = (left / v["B"]) ** (-1.0 / v["beta"])
    D = np.maximum(D, fit.evidence["D"][0])
    reached = (left > 0.0) & (fit.evidence["D"][1] >= D)
    if not reached.any():
        raise PlanError(
            f"Nothing inside the evidence reaches a loss of {target:g}.",
            where=f"N to {N.max():.3g}, D to {fit.evidence['D'][1]:.3g}, store to {high:.3g}",
            matters="a logarithm of the store has no floor: beyond the evidence it means nothing.",
            do="ask for a higher loss, or measure larger runs and stores.",
            code="E545",
        )
    training = prices.flop * TRAIN * N * D
    lookups = prices.retrieval * prices.served * (stores > 0.0)
    serving = prices.flop * SERVE * N * prices.served + lookups
    storage = prices.store * stores + 0.0 * N
    total = np.where(reached, training + serving + storage, np.inf)
    i, j = np.unravel_index(int(np.argmin(total)), total.shape)
    return Build(
        float(N[i, 0]),
        float(D[i, j]),
        float(stores[0, j]),
        float(training[i, j]),
        float(serving[i, j]),
        float(storage[i, j]),
    )
