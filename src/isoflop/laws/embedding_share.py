"""Embeddings beside the blocks, over a family of models of one aspect ratio (pearce2024).

N_T = N + omega*N^(1/3), N without embeddings: width grows as the cube root of the blocks.
"""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray

OMEGA = 47491.0  # parameters^(2/3); pearce2024, fitted
NEWTON_STEPS = 80  # the slowest start, N far below omega^1.5, is exact long before


def with_embeddings(N_ne: FloatArray, omega: FloatArray) -> FloatArray:
    """Total parameters."""
    return np.asarray(N_ne + omega * np.cbrt(N_ne))


def without_embeddings(N: FloatArray, omega: FloatArray) -> FloatArray:
    """Parameters without embeddings: the root of a convex cubic in the width, from above."""
    width = np.cbrt(N) * np.ones_like(omega)
    for _ in range(NEWTON_STEPS):
        width = (2.0 * width**3 + N) / (3.0 * width**2 + omega)
    return np.asarray(width**3)


def share_slope(N_ne: FloatArray, omega: FloatArray) -> FloatArray:
    """Slope of ln N_T in ln N_ne: 1/3 where embeddings rule, 1 where blocks do."""
    blocks = np.cbrt(N_ne) ** 2
    return np.asarray((blocks + omega / 3.0) / (blocks + omega))


def local_exponent(
    N_ne: FloatArray, alpha: FloatArray, beta: FloatArray, omega: FloatArray
) -> FloatArray:
    """Slope of ln N_ne* in ln C_ne for E + A*N_T^-alpha + B*D^-beta under C_ne = 6*N_ne*D.

    From the logarithm of alpha*A*N_T^-alpha*slope = beta*B*D^-beta, differentiated in ln N_ne.
    """
    slope = share_slope(N_ne, omega)
    blocks = np.cbrt(N_ne) ** 2
    bend = (2.0 / 3.0) * blocks * (1.0 / (blocks + omega / 3.0) - 1.0 / (blocks + omega))
    return np.asarray(beta / (alpha * slope + beta - bend))
