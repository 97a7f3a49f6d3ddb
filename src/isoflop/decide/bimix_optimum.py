"""The best mixture under BiMix in closed form: shares from one multiplier (X03)."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import PlanError
from isoflop.decide.monotone_root import monotone_root

MULTIPLIER = (1e-30, 1e30)  # wide enough for any losses and weights in float64 logs


def bimix_optimum(
    kappa: FloatArray,
    alpha: FloatArray,
    weights: FloatArray,
    caps: FloatArray | None = None,
) -> FloatArray:
    """Shares that minimise ``sum w_i*kappa_i*r_i^-alpha_i`` on the simplex under caps.

    Stationarity gives ``r_i = (w_i*alpha_i*kappa_i/lambda)^(1/(1+alpha_i))``; a share above its
    cap is put there and the rest solved again.

    Parameters
    ----------
    kappa : (n_domains,) nat/token, ``B_i*s^-beta_i + C_i`` at the training length
    alpha, weights : (n_domains,), positive
    caps : (n_domains,); one by default

    Raises
    ------
    PlanError
        E541 if the caps sum to less than one.
    """
    limit = np.ones_like(kappa) if caps is None else np.asarray(caps, dtype=float)
    if limit.sum() < 1.0:
        raise PlanError(
            f"The caps sum to {limit.sum():.3g}: no mixture meets them.",
            where="caps",
            matters="shares sum to one.",
            do="raise a cap, or allow more epochs of the small sources.",
            code="E541",
        )
    shares = np.array(limit)
    free = np.ones(len(kappa), dtype=bool)
    for _ in range(len(kappa)):
        rest = 1.0 - float(limit[~free].sum())
        if rest <= 0.0 or not free.any():
            break
        solved = _filled(kappa[free], alpha[free], weights[free], rest)
        over = solved > limit[free]
        if not over.any():
            shares[free] = solved
            break
        free[np.flatnonzero(free)[over]] = False
    return shares


def _filled(kappa: FloatArray, alpha: FloatArray, weights: FloatArray, total: float) -> FloatArray:
    def shares(multiplier: float) -> FloatArray:
        return np.asarray(np.exp(np.log(weights * alpha * kappa / multiplier) / (1.0 + alpha)))

    found = monotone_root(lambda m: float(np.log(shares(m).sum() / total)), *MULTIPLIER)
    assert found is not None, "the sum of shares covers all of (0, inf)"
    return shares(found)
