"""Whether to upcycle a dense model or to train the mixture from scratch (upcycling2025)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.errors import PlanError
from isoflop.laws.sparsity.moe_upcycle import LAW

TOKENS = (1e6, 1e16)  # after the conversion; wider than any run
GRID = 401  # points over that range, 40 a decade
HALVINGS = 60  # of the bracket in logs: below the spacing of float64


def scratch_loss(scratch: Mapping[str, float], D: float) -> float:
    """Loss of the same mixture from scratch, A/D^a + E."""
    return float(scratch["A"] * D ** -scratch["a"] + scratch["E"])


def upcycle_until(
    values: Mapping[str, float],
    scratch: Mapping[str, float],
    D1: float,
    *,
    dense_cost: float = 0.0,
) -> float:
    """Tokens after the conversion up to which upcycling beats training from scratch.

    Parameters
    ----------
    values : of the law moe_upcycle.
    scratch : A, a and E of the mixture trained from scratch.
    D1 : tokens of the dense model.
    dense_cost : what a dense token costs over one of the mixture; 0 if it is already paid for.

    Raises
    ------
    PlanError
        E552 if upcycling is never overtaken, or never ahead.
    """

    def gain(D2: float) -> float:
        upcycled = float(LAW.predict({"D1": D1, "D2": D2}, values)[0])
        return scratch_loss(scratch, D2 + D1 * dense_cost) - upcycled

    # Where dense tokens are charged, scratch is ahead at first too: the last crossing counts.
    grid = np.geomspace(*TOKENS, GRID)
    ahead = np.array([gain(float(D2)) > 0.0 for D2 in grid])
    turns = np.flatnonzero(ahead[:-1] & ~ahead[1:])
    if not len(turns):
        better = "upcycling" if ahead[-1] else "training from scratch"
        raise PlanError(
            f"There is no turning point for {D1:g} dense tokens: {better} wins in the end.",
            where=f"{TOKENS[0]:g} to {TOKENS[1]:g} tokens",
            matters="a threshold exists only where the two curves cross.",
            do="check that both fits have the same floor and configuration.",
            code="E552",
        )
    low, high = map(float, grid[turns[-1] : turns[-1] + 2])
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if gain(middle) > 0.0 else (low, middle)
    return float(np.sqrt(low * high))
