"""The saturating count of experts that three mixture-of-experts laws share."""

from __future__ import annotations

from isoflop.laws.traced import Operand


def saturated(x: Operand, start: Operand, most: Operand) -> Operand:
    """``x`` bent so that one gives ``start`` exactly and ever more gives at most ``most``.

    1/y = 1/(x - 1 + 1/(1/start - 1/most)) + 1/most, for 0 < start < most.

    Source
    ------
    clark2022. Where the inner inverse is left out, as in some public code, one no longer gives
    ``start`` and the dense limit is lost.
    """
    offset = 1.0 / (1.0 / start - 1.0 / most)
    return 1.0 / (1.0 / (x - 1.0 + offset) + 1.0 / most)
