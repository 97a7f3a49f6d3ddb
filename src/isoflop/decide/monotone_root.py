"""The root of a monotone function by bracketing on a log axis, or the plain answer that none is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def monotone_root(
    f: Callable[[float], float], low: float, high: float, *, beyond: float = 1.0
) -> float | None:
    """Where a monotone function of a positive x is zero; None if nowhere within reach.

    Parameters
    ----------
    low, high : positive range of the evidence
    beyond : factor by which the answer may lie outside of it; 1 for not at all

    Returns
    -------
    x, or None if the function has one sign over the whole reach: infeasible, never extrapolated.
    """
    from scipy.optimize import brentq

    left, right = float(np.log(low / beyond)), float(np.log(high * beyond))
    at_left, at_right = f(float(np.exp(left))), f(float(np.exp(right)))
    if at_left == 0.0:
        return float(np.exp(left))
    if at_right == 0.0:
        return float(np.exp(right))
    if not np.isfinite([at_left, at_right]).all() or (at_left > 0.0) == (at_right > 0.0):
        return None
    return float(np.exp(brentq(lambda u: f(float(np.exp(u))), left, right, xtol=1e-13, rtol=1e-14)))
