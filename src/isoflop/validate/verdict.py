"""The verdict: how far beyond the largest run a law may be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
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
    why : what fails beyond the reach; empty if nothing did
    horizon : factor beyond which not to use it even untested: there the expected error, as the
        looks back of the largest fit show it to grow, passes the tolerance; None if not known
    """

    law: str
    reach: float
    tested: float
    tolerance: float
    against: str | None
    text: str
    why: str = ""
    horizon: float | None = None

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
            "why": self.why,
            "horizon": self.horizon,
        }


def judge(
    law: Sequence[Forecast],
    naive: Sequence[Forecast],
    *,
    tolerance: float = TOLERANCE,
    quantity: str = "training compute",
) -> Verdict:
    """Go up in doublings of reach; stop where the law fails.

    A law fails as a whole where a naive baseline forecasts as well on average. It fails at a
    doubling where its mean ARE there, pooled over thresholds, is not below the tolerance, or where
    from there on the baseline is better by more than one standard error of the paired difference:
    over the few runs of one doubling any baseline may be lucky.

    Parameters
    ----------
    naive : forecasts of the best naive baseline for the same thresholds; may be empty.
    quantity : what the reach is a factor of, in words.
    """
    reach, error = _pooled(law)
    rival = _pooled(naive)[1] if naive else np.full(len(error), np.inf)
    against = naive[0].name if naive else None
    tested = float(reach.max())
    of = "your largest run" if quantity == "training compute" else f"your largest {quantity}"
    why = ""
    if float(np.mean(error)) >= float(np.mean(rival)):
        why = _beaten(against, rival, error)
    good, failed = 0.0, bool(why)
    for low, high in [] if failed else _bins(reach):
        here = (reach > low) & (reach <= high)
        mean, top, beyond = float(np.mean(error[here])), min(high, tested), reach > low
        if mean >= tolerance:
            why = f"held-out error up to {_factor(top)}x {of} is {mean:.2%}, "
            why += f"not below {tolerance:.1%}"
        elif _is_worse(error, rival, beyond):
            why = _beaten(against, rival[beyond], error[beyond])
            why += f" beyond {_factor(low)}x {of}" if low else ""
        failed = bool(why)
        if failed:
            break
        good = min(high, tested)
    text = f"do not use: {why}" if not good else _usable(good, failed, of)
    far = max(law, key=lambda item: item.threshold).horizon
    return Verdict(law[0].name, good, tested, tolerance, against, text, why, far)


def _beaten(against: str | None, rival: FloatArray, error: FloatArray) -> str:
    theirs, ours = float(np.mean(rival)), float(np.mean(error))
    how = "as well" if theirs == ours else "better"
    return f"'{against}' forecasts {how} ({theirs:.2%} against {ours:.2%})"


def _is_worse(error: FloatArray, rival: FloatArray, members: BoolArray) -> bool:
    """True if the rival wins on these runs by more than chance would let it."""
    if not np.isfinite(rival).all() or members.sum() < MIN_JUDGED:
        return False
    difference = (error - rival)[members]
    doubt = float(np.std(difference, ddof=1)) / float(np.sqrt(len(difference)))
    return float(np.mean(difference)) > doubt


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


def _usable(reach: float, failed: bool, of: str) -> str:
    limit = "not beyond" if failed else "farther was never tested"
    return f"usable to {_factor(reach)}x {of}; {limit}"


def _factor(reach: float) -> str:
    return f"{reach:.2g}" if reach < 100 else f"{reach:.0f}"
