"""The largest share of synthetic text whose plateau stays below a tolerance (X23)."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import PlanError


def largest_synthetic_share(share: FloatArray, plateau: FloatArray, tolerance: float) -> float:
    """Linear between the shares measured, never beyond the largest of them.

    Parameters
    ----------
    share, plateau : (n,) shares of synthetic text and P of each, nat/token

    Raises
    ------
    PlanError
        E545 if the plateau of the smallest share is above the tolerance already.
    """
    order = np.argsort(share)
    x, y = share[order], np.maximum.accumulate(plateau[order])  # a later fall is noise
    above = np.flatnonzero(y > tolerance)
    if not len(above):
        return float(x[-1])
    k = int(above[0])
    if k == 0:
        raise PlanError(
            f"Already a share of {x[0]:g} has a plateau of {y[0]:.4g} nat/token.",
            where=f"tolerance {tolerance:g} nat/token",
            matters="no share of those measured is harmless.",
            do="measure smaller shares, or keep more of the tail in the generator.",
            code="E545",
        )
    return float(x[k - 1] + (tolerance - y[k - 1]) / (y[k] - y[k - 1]) * (x[k] - x[k - 1]))
