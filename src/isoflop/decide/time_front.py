"""Time against compute on the way to one loss: what a larger batch saves and what it wastes (B02).

S/S_min = 1 + B_crit/B and E/E_min = 1 + B/B_crit (mccandlish2018): at the critical batch a loss
takes twice the fewest steps and twice the fewest tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray


@dataclass(frozen=True)
class TimeFront:
    """Steps and tokens to one loss.

    Attributes
    ----------
    batch, steps, tokens : (n,)
    """

    batch: FloatArray
    steps: FloatArray
    tokens: FloatArray


def time_front(steps_min: float, tokens_min: float, batch: FloatArray) -> TimeFront:
    """The front at given batches, tokens a step (n,).

    Parameters
    ----------
    steps_min, tokens_min : fewest of each, at unlimited and at vanishing batch.
    """
    critical = tokens_min / steps_min
    B = np.asarray(batch, dtype=float)
    return TimeFront(B, steps_min * (1.0 + critical / B), tokens_min * (1.0 + B / critical))


def front_through(tokens: float, batch: float, critical: float) -> tuple[float, float]:
    """(S_min, E_min) of the front on which a run of ``tokens`` at ``batch`` lies."""
    tokens_min = tokens / (1.0 + batch / critical)
    return tokens_min / critical, tokens_min
