"""The horizon: how far beyond the largest run a forecast is expected to stay good."""

from __future__ import annotations

import numpy as np

from isoflop.validate.extrapolation import Extrapolation

MEAN_OF_SD = 0.8  # mean absolute value of a normal of unit variance, rounded
FARTHEST = 1e6  # factor; no table tests farther, so nothing is said beyond


def horizon(learnt: Extrapolation, tolerance: float, noise: float = 0.0) -> float:
    """Largest factor beyond the largest run at which the expected error is below the tolerance.

    1 means: not even there. Error grows with reach as the looks back showed it to; doubt in the
    parameters differs from point to point and is in the intervals instead.

    Parameters
    ----------
    tolerance : mean absolute relative error that counts as good, a fraction
    noise : standard deviation of single runs about the law, ln units
    """
    allowed = (tolerance / MEAN_OF_SD) ** 2 - noise**2
    grid = np.linspace(0.0, np.log(FARTHEST), 2000)
    good = learnt.error_at(grid) ** 2 < allowed
    return float(np.exp(grid[good].max())) if good.any() else 1.0
