"""What continuing from another language saves, and how its best size grows (X16)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import PlanError


def size_exponent(alpha: float, beta: float, gamma: float = 0.0) -> float:
    """N* grows as C to this power, D* to one minus it; gamma is zero from scratch.

    Raises
    ------
    PlanError
        E545 unless beta > gamma: then no finite size is best.
    """
    if not beta > gamma:
        raise PlanError(
            f"With beta {beta:g} and gamma {gamma:g} no finite size is best.",
            where="beta <= gamma",
            matters="a larger model gains more from transfer than it loses in tokens.",
            do="check the fit: beta is usually well above gamma.",
            code="E545",
        )
    return beta / (alpha + beta - gamma)


def equivalent_tokens(
    scratch: Mapping[str, float], continued: Mapping[str, float], N: ArrayLike, D: ArrayLike
) -> FloatArray:
    """Tokens from scratch that reach the loss of continued training on D: (n,).

    Solves L_scratch(N, D_eq) = L_continued(N, D), in closed form as E, A and alpha are shared.

    Parameters
    ----------
    scratch : values B and beta of ``chinchilla``.
    continued : values B, beta and gamma of ``cross_lingual``.
    """
    price = np.log(scratch["B"] / continued["B"])
    log_d = continued["beta"] * np.log(np.asarray(D, dtype=float))
    log_n = continued["gamma"] * np.log(np.asarray(N, dtype=float))
    return np.asarray(np.exp((price + log_d + log_n) / scratch["beta"]))


def transferred_tokens(
    scratch: Mapping[str, float], continued: Mapping[str, float], N: ArrayLike, D: ArrayLike
) -> FloatArray:
    """Tokens that the other language was worth, D_eq - D; negative where it did harm."""
    found = equivalent_tokens(scratch, continued, N, D) - np.asarray(D, dtype=float)
    return np.asarray(found)
