"""Robust size of residuals."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray

NORMAL_MAD = 1.4826  # standard deviation of a normal over its median absolute deviation


def robust_sd(residuals: FloatArray, n_parameters: int) -> float:
    """Standard deviation from the middle of the residuals, freedom lost to the fit restored."""
    n = len(residuals)
    middle = float(np.median(np.abs(residuals - np.median(residuals)))) * NORMAL_MAD
    return middle * float(np.sqrt(n / max(n - n_parameters, 1)))
