"""Continual training: the least share of old data that keeps the old loss (X01)."""

from __future__ import annotations

from isoflop.core.errors import PlanError
from isoflop.fit.two_sources import TwoSources


def critical_share(law: TwoSources, loss_old: float) -> float:
    """The share of the old domain at which its loss after training equals that before.

    Parameters
    ----------
    law : loss on the old domain against its share, after the continued training
    loss_old : loss on the old domain before it, nat/token

    Raises
    ------
    PlanError
        E544 if no share between zero and one keeps the loss; it is never extrapolated.
    """
    found = law.share_at(loss_old)
    if found is None:
        whole = float(law.c)
        raise PlanError(
            "No share of the old domain keeps its loss.",
            where=f"loss {loss_old:.4g} before; the law's floor is {whole:.4g} nat/token",
            matters="either every share keeps it, or none does at this length.",
            do="train for longer, or measure mixtures on both sides of the old loss.",
            code="E544",
        )
    return found
