"""Whether growing a model pays: compute at equal loss, from two fits (gstack2024)."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.laws.growth.gstack_tokens import RULE

WORTHWHILE = 0.10  # assumption: below this speed-up growth is not worth its complication
DOUBT = 3.0  # factor in the tokens before stacking within which the optimum is flat


def compute_for(values: Mapping[str, float], loss: float) -> float:
    """FLOP at which the law kaplan_compute, (C_c/C)^alpha, gives a loss."""
    return float(values["C_c"] * loss ** (-1.0 / values["alpha"]))


def speed_up(base: Mapping[str, float], grown: Mapping[str, float], loss: float) -> float:
    """Compute saved at equal loss, C_base/C_grown - 1.

    Parameters
    ----------
    base, grown : fits of kaplan_compute; the grown one counts the small model's compute too.
    """
    return compute_for(base, loss) / compute_for(grown, loss) - 1.0


def is_worthwhile(saved: float) -> bool:
    """Whether a speed-up is large enough to act on."""
    return saved > WORTHWHILE


def stacking_tokens(N: float, C: float) -> tuple[float, float, float]:
    """Tokens before stacking: the low end of the flat optimum, the guideline, the high end."""
    guideline = float(RULE(N=N, C=C)["d"])
    return guideline / DOUBT, guideline, guideline * DOUBT
