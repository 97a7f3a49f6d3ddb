"""Noise scale with an interval by resampling blocks of steps, and from single examples.

A second opinion beside the jackknife of ``noise_scale``: slower, and free of a shape for the
distribution of the ratio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.measure.train.noise_scale import BLOCK_STEPS, Batches, signal_and_spread

RESAMPLES = 1000


@dataclass(frozen=True)
class BootstrapScale:
    """B_simple = S / G2 in sequences.

    Attributes
    ----------
    lo, hi : None where over a twentieth of the resamples have no positive gradient.
    signal, spread : G2 and S, the squared norm and the trace of the covariance.
    step, loss : where in training the records end; loss None if it was not given.
    preconditioned : whether the gradients were those after the optimiser's preconditioner.
    """

    sequences: float
    lo: float | None
    hi: float | None
    level: float
    signal: float
    spread: float
    n_records: int
    n_blocks: int
    step: int
    loss: float | None
    preconditioned: bool


def bootstrap_noise_scale(
    steps: Sequence[int],
    n_small: Sequence[float] | FloatArray,
    n_big: Sequence[float] | FloatArray,
    batches: Batches,
    *,
    seed: int,
    level: float = 0.9,
    block_steps: int = BLOCK_STEPS,
    loss: float | None = None,
    preconditioned: bool = False,
) -> BootstrapScale:
    """Ratio of the means of S and G2, resampled in blocks so that drift within them is kept.

    Parameters
    ----------
    steps, n_small, n_big : (n_records,) as ``estimate_noise_scale`` takes them.

    Source
    ------
    mccandlish2018, appendix A: numerator and denominator are averaged before dividing.
    """
    signal, spread = signal_and_spread(
        np.asarray(n_small, dtype=float), np.asarray(n_big, dtype=float), batches
    )
    usable = np.isfinite(signal) & np.isfinite(spread)
    signal, spread = signal[usable], spread[usable]
    at = np.asarray(steps)[usable]
    _, block = np.unique(at // block_steps, return_inverse=True)
    sums = np.stack([np.bincount(block, weights=values) for values in (spread, signal)])
    n_blocks = sums.shape[1]
    rng = np.random.default_rng(seed)
    drawn = sums[:, rng.integers(0, n_blocks, (RESAMPLES, n_blocks))].sum(axis=-1)
    resolved = bool((drawn[1] > 0.0).mean() > 0.95)
    ends = np.quantile(drawn[0] / drawn[1], [0.5 - level / 2, 0.5 + level / 2])
    return BootstrapScale(
        sequences=float(spread.sum() / signal.sum()),
        lo=float(ends[0]) if resolved else None,
        hi=float(ends[1]) if resolved else None,
        level=level,
        signal=float(signal.mean()),
        spread=float(spread.mean()),
        n_records=len(signal),
        n_blocks=n_blocks,
        step=int(at[-1]),
        loss=loss,
        preconditioned=preconditioned,
    )


def per_example_scale(gradients: FloatArray) -> tuple[float, float, float]:
    """(B_simple, G2, S) from gradients of single examples, (n_examples, n_parameters).

    G2 is the squared norm of the mean, less the share S/n that its own noise adds.

    Source
    ------
    mccandlish2018; the correction makes G2 unbiased, which may turn it negative.
    """
    n = len(gradients)
    spread = float(np.var(gradients, axis=0, ddof=1).sum())
    signal = float(np.sum(gradients.mean(axis=0) ** 2)) - spread / n
    return spread / signal, signal, spread
