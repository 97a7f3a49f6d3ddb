"""When a run on few unique tokens begins to overfit (kaplan2020)."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray

NO_GAP = 1e-3  # nat/token; assumption: less than the noise of a seed, so no overfitting is expected


def least_stop_step(
    gap: FloatArray, S_c: FloatArray | float, alpha_S: FloatArray | float
) -> FloatArray:
    """Steps S_min that infinite data need to come within ``gap`` of their limit.

    A run on finite data reaches its own limit later, so this bounds its stopping step from below.

    Parameters
    ----------
    gap : positive loss at finite data minus loss at infinite data, nat/token.
    """
    return np.asarray(S_c * np.power(gap, -1.0 / np.asarray(alpha_S)))
