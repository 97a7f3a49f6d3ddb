"""The verdict: how far beyond the largest run a law may be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.validate.score import Forecast

TOLERANCE = 0.02  # assumption: half of the 4% that choshen2024 calls the practical floor
STEP = 2.0  # reach is judged doubling by doubling
MIN_JUDGED = 3  # forecasts a doubling needs; sparser ones are judged with the next


@dataclass(frozen=True)
class Verdict:
    """How far a law may be used.

    Attributes
    ----------
    law : which law it is about
    reach : factor beyond the largest training run; 0 means do not use
    tested : largest factor at which a held-out run was forecast
    text : the same in words
    """

    law: str
    reach: float
    tested: float
    tolerance: float
    against: str | None
    text: str

    @property
    def is_usable(self) -> bool:
        """False if the law was never good enough."""
        return self.reach > 0.0

    def to_dict(self) -> dict[str, object]:
        """The contract's fields and what they were measured against."""
        return {
            "law": self.law,
            "reach": self.reach,
            "tested": self.tested,
            "tolerance": self.tolerance,
            "against": self.against,
            "text": self.text,
        }


def judge(
    law: Sequence[Forecast],
    naive: Sequence[Forecast],
    *,
    tolerance: float = TOLERANCE,
    quantity: str = "training compute",
) -> Verdict:
    """Go up in doublings of reach; stop where the mean error fails.

    A doubling is good while the mean ARE of its forecasts, pooled over thresholds, is below the
    tolerance and below that of the best naive baseline on the same runs.

    Parameters
    ----------
    naive : forecasts of the best naive baseline for the same thresholds; may be empty.
    quantity : what the reach is a factor of, in words.
    """
    reach, error = _pooled(law)
    rival = _pooled(naive)[1] if naive else np.full(len(error), np.inf)
    tested = float(reach.max())
    good, failed = 0.0, False
    for low, high in _bins(reach):
        here = (reach > low) & (reach <= high)
        mean = float(np.mean(error[here]))
        if mean >= tolerance or mean >= float(np.mean(rival[here])):
            failed = True
            break
        good = min(high, tested)
    against = naive[0].name if naive else None
    text = _text(good, failed, tolerance, against, quantity, _why(error, rival, tolerance, against))
    return Verdict(law[0].name, good, tested, tolerance, against, text)


def _pooled(forecasts: Sequence[Forecast]) -> tuple[FloatArray, FloatArray]:
    reach = np.concatenate([item.reach for item in forecasts])
    return reach, np.concatenate([item.absolute_error for item in forecasts])


def _bins(reach: FloatArray) -> list[tuple[float, float]]:
    """Doublings (low, high], each with enough forecasts; a sparse top joins the last."""
    edges = [0.0]
    top = float(reach.max())
    edge = STEP
    needed = min(MIN_JUDGED, len(reach))
    while edges[-1] < top:
        count = int(np.sum((reach > edges[-1]) & (reach <= edge)))
        left = int(np.sum(reach > edge))
        if left == 0 or (count >= needed and left >= needed):
            edges.append(edge)
        edge *= STEP
    return list(pairwise(edges))


def _why(error: FloatArray, rival: FloatArray, tolerance: float, against: str | None) -> str:
    mean = float(np.mean(error))
    if mean >= tolerance:
        return f"held-out error {mean:.1%} is not below {tolerance:.1%}"
    other = float(np.mean(rival))
    if mean >= other:
        return f"'{against}' forecasts as well ({other:.1%} against {mean:.1%})"
    return f"its error near the training runs is above {tolerance:.1%} or that of '{against}'"


def _text(
    reach: float,
    failed: bool,
    tolerance: float,
    against: str | None,
    quantity: str,
    why: str,
) -> str:
    if not reach:
        return f"do not use: {why}"
    of = "your largest run" if quantity == "training compute" else f"your largest {quantity}"
    factor = f"{reach:.2g}" if reach < 100 else f"{reach:.0f}"
    limit = "not beyond" if failed else "farther was never tested"
    return f"usable to {factor}x {of}; {limit}"
