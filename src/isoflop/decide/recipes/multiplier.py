"""Compute multiplier: how much compute the reference needs to match a unit of the new recipe's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.decide.recipes.path import Path

WIDE = 10.0  # catalogue X91: an 80% interval that spans more hides the number
HIDDEN_AT = 0.8
LOW, HIGH = 1e3, 1e45  # FLOP searched for the reference; assumption: far beyond any run
STEPS = 1400


@dataclass(frozen=True)
class Multiplier:
    """The multiplier at one scale.

    Attributes
    ----------
    compute : of the new recipe, FLOP
    value : C_ref / C; None where the reference never gets there (beyond the reference)
    lo, hi : interval; infinite ends are None
    beyond : share of resamples in which the reference never gets there
    is_hidden : the 80% interval spans more than a factor of ten
    """

    compute: float
    value: float | None
    lo: float | None
    hi: float | None
    beyond: float
    is_hidden: bool

    @property
    def savings(self) -> float | None:
        """Share of compute saved at equal loss, 1 - 1/m."""
        return None if self.value is None else 1.0 - 1.0 / self.value

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON; a hidden number is left out."""
        shown = None if self.is_hidden else self.value
        return {
            "compute": self.compute,
            "value": shown,
            "lo": self.lo,
            "hi": self.hi,
            "savings": None if self.is_hidden else self.savings,
            "beyond_reference": self.value is None,
            "beyond_share": self.beyond,
            "hidden": self.is_hidden,
        }


def multipliers(
    new: Path, reference: Path, scales: FloatArray, *, level: float = 0.9
) -> tuple[Multiplier, ...]:
    """m(C) = C_ref(L_new(C)) / C at each scale, with the doubt of both fits.

    Parameters
    ----------
    scales : (n,) FLOP of the new recipe; three are enough to see whether m is constant.
    """
    wanted = new.losses(scales)
    grid = np.geomspace(LOW, HIGH, STEPS)
    curve = reference.losses(grid)
    n = min(len(wanted), len(curve))
    found = []
    for j, C in enumerate(scales):
        ratios = np.array([_inverse(curve[i], grid, wanted[i, j]) for i in range(n)]) / C
        found.append(_summed(float(C), ratios, level))
    return tuple(found)


def three_scales(new: Path, reference: Path, target: float) -> FloatArray:
    """The largest compute both were measured at, the target, and halfway between in logs."""
    measured = min(new.measured[1], reference.measured[1])
    return np.geomspace(measured, target, 3) if target != measured else np.array([target])


def _inverse(curve: FloatArray, grid: FloatArray, loss: float) -> float:
    """Compute at which a falling curve reaches a loss; infinite where it never does."""
    falling = np.minimum.accumulate(np.where(np.isfinite(curve), curve, np.inf))
    if not np.isfinite(loss) or loss < falling[-1]:
        return np.inf
    if loss > falling[0]:
        return np.nan
    at = int(np.argmax(falling <= loss))
    if at == 0:
        return float(grid[0])
    above, below = falling[at - 1], falling[at]
    share = (above - loss) / (above - below) if above > below else 1.0
    return float(np.exp(np.log(grid[at - 1]) + share * np.log(grid[at] / grid[at - 1])))


def _summed(C: float, ratios: FloatArray, level: float) -> Multiplier:
    draws = ratios[1:][~np.isnan(ratios[1:])]
    value = float(ratios[0]) if np.isfinite(ratios[0]) else None
    if not len(draws):
        return Multiplier(C, value, None, None, 0.0, False)
    lo, hi = (_end(draws, tail) for tail in ((1.0 - level) / 2.0, (1.0 + level) / 2.0))
    low, high = (_end(draws, tail) for tail in ((1.0 - HIDDEN_AT) / 2.0, (1.0 + HIDDEN_AT) / 2.0))
    hidden = low is None or high is None or high > WIDE * low
    return Multiplier(C, value, lo, hi, float(np.mean(np.isinf(draws))), hidden)


def _end(draws: FloatArray, quantile: float) -> float | None:
    """A quantile that is an actual draw; None where it is infinite."""
    value = float(np.quantile(draws, quantile, method="nearest"))
    return value if np.isfinite(value) else None
