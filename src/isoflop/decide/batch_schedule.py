"""A batch that grows with the critical batch during a run, and what it saves over a constant one.

Progress is counted in ``s``, the steps an unlimited batch would have taken so far: over a stretch
ds, a batch B takes ``ds*(1 + B_crit/B)`` steps and ``ds*(B + B_crit)`` tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray

HOLD = 1000.0  # steps between changes, as the catalogue proposes


@dataclass(frozen=True)
class Front:
    """The ends of the front of steps and tokens to one loss.

    Attributes
    ----------
    gamma : (S/S_min - 1)(E/E_min - 1) of the adaptive batch; 1 for a constant one.
    """

    steps_min: float
    tokens_min: float
    gamma: float

    @property
    def gain(self) -> float:
        """Share of the product of both excesses that an adaptive batch saves."""
        return 1.0 - self.gamma


@dataclass(frozen=True)
class BatchPlan:
    """A schedule of batches.

    Attributes
    ----------
    batch : (n,) tokens, over the stretches it was asked for.
    steps, tokens : what the whole run takes.
    """

    batch: FloatArray
    steps: float
    tokens: float


def front(stretch: FloatArray, critical: FloatArray) -> Front:
    """The front from the critical batch along a run.

    Parameters
    ----------
    stretch : (n,) steps an unlimited batch takes over each stretch of progress.
    critical : (n,) critical batch in it, tokens.

    Source
    ------
    mccandlish2018, recalled; gamma <= 1 by the Cauchy-Schwarz inequality.
    """
    steps_min, tokens_min = float(stretch.sum()), float((stretch * critical).sum())
    shared = float((stretch * np.sqrt(critical)).sum())
    return Front(steps_min, tokens_min, shared**2 / (steps_min * tokens_min))


def plan_batches(stretch: FloatArray, critical: FloatArray, batch: FloatArray | float) -> BatchPlan:
    """Steps and tokens of a given batch along the run: a number, or one (n,) a stretch."""
    chosen = np.broadcast_to(np.asarray(batch, dtype=float), stretch.shape)
    steps = float((stretch * (1.0 + critical / chosen)).sum())
    return BatchPlan(np.array(chosen), steps, float((stretch * (chosen + critical)).sum()))


def adaptive_batches(
    stretch: FloatArray, critical: FloatArray, price: float, *, hold: float | None = HOLD
) -> BatchPlan:
    """The batch sqrt(price * critical), in powers of two that are held for a while.

    Parameters
    ----------
    price : tokens one would pay to save a step.
    hold : steps a batch is kept at least; None for the smooth schedule without rounding.
    """
    wanted = np.sqrt(price * critical)
    if hold is None:
        return plan_batches(stretch, critical, wanted)
    rounded = 2.0 ** np.round(np.log2(wanted))
    chosen = np.empty_like(rounded)
    current, held = float(rounded[0]), 0.0
    for i, (ds, size) in enumerate(zip(stretch, rounded, strict=True)):
        if size != current and held >= hold:
            current, held = float(size), 0.0
        chosen[i] = current
        held += float(ds) * (1.0 + float(critical[i]) / current)
    return plan_batches(stretch, critical, chosen)
