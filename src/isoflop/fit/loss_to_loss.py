"""Loss-to-loss: carry a law of one data set to another through runs paired by compute (X30)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError
from isoflop.fit.fit import Fit

FEWEST = 3  # pairs: two numbers and one to spare


@dataclass(frozen=True)
class LossToLoss:
    """``L_1 = K*(L_0 - E_0)^kappa + E_1``; every number of the ensemble has its own floors.

    Attributes
    ----------
    K, kappa, E_0, E_1 : (n_sets,) the point first, then resamples with floors of their own
    evidence : range of L_0 in the pairs, nat/token
    lost : resamples left out because a drawn floor lay above the losses
    """

    K: FloatArray
    kappa: FloatArray
    E_0: FloatArray
    E_1: FloatArray
    evidence: tuple[float, float]
    lost: int = 0

    def predict(self, loss_0: ArrayLike) -> FloatArray:
        """Loss on the second data set, nat/token: (n_sets, n) of each set."""
        excess = np.maximum(np.atleast_1d(np.asarray(loss_0, dtype=float)) - self.E_0[:, None], 0.0)
        return np.asarray(self.K[:, None] * excess ** self.kappa[:, None] + self.E_1[:, None])


def fit_loss_to_loss(
    loss_0: FloatArray,
    loss_1: FloatArray,
    floor_0: Fit | float,
    floor_1: Fit | float,
    *,
    resamples: int = 200,
    seed: int = 0,
) -> LossToLoss:
    """Regress ``ln(L_1 - E_1)`` on ``ln(L_0 - E_0)``, floors from the fits of each data set.

    Parameters
    ----------
    loss_0, loss_1 : (n_pairs,) of models paired by compute, same tokenizer, same evaluation
    floor_0, floor_1 : the fit of each data set (its parameter E and the draws of it), or a number
    resamples : of the pairs, each with floors drawn from the fits

    Raises
    ------
    FitError
        E544 if fewer than three pairs lie above both floors.
    """
    rng = np.random.default_rng(seed)
    found = []
    for b in range(resamples + 1):
        E_0, E_1 = _floor(floor_0, b, rng), _floor(floor_1, b, rng)
        n = len(loss_0)
        rows = np.arange(n) if b == 0 else rng.integers(0, n, n)
        line = _line(loss_0[rows] - E_0, loss_1[rows] - E_1)
        if line is None and b == 0:
            raise FitError(
                "Fewer than three pairs have both losses above their floors.",
                where=f"{n} pairs, floors {E_0:.4g} and {E_1:.4g} nat/token",
                matters="the power law relates what lies above the floors.",
                do="check the floors, or pair runs of more sizes.",
                code="E544",
            )
        if line is not None:  # a drawn floor above the losses fits nothing
            found.append((*line, E_0, E_1))
    sets = np.array(found)
    span = (float(loss_0.min()), float(loss_0.max()))
    return LossToLoss(
        sets[:, 0], sets[:, 1], sets[:, 2], sets[:, 3], span, resamples + 1 - len(sets)
    )


def _floor(source: Fit | float, b: int, rng: np.random.Generator) -> float:
    if isinstance(source, float | int):
        return float(source)
    at = source.law.parameter_names.index("E")
    if b == 0 or not len(source.draws):
        return float(source.values["E"])
    return float(source.draws[rng.integers(0, len(source.draws)), at])


def _line(x: FloatArray, y: FloatArray) -> tuple[float, float] | None:
    above = (x > 0.0) & (y > 0.0)
    if len(np.unique(x[above])) < FEWEST:
        return None
    kappa, log_k = np.polyfit(np.log(x[above]), np.log(y[above]), 1)
    return float(np.exp(log_k)), float(kappa)
