"""Closed forms shared by laws whose reducible loss has one term in N and one in D.

For A*N^-alpha + B*D^-beta under C = k*N*D (any increasing transform has the same optimum):
N* = G*(C/k)^a, D* = (C/k)^b/G, with a = beta/(alpha+beta), b = alpha/(alpha+beta) and
G = (alpha*A/(beta*B))^(1/(alpha+beta)).
"""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray


def additive_g(A: FloatArray, alpha: FloatArray, B: FloatArray, beta: FloatArray) -> FloatArray:
    """The factor G of N* = G*(C/k)^a; unit parameters^(1-a) tokens^(-a)."""
    return np.asarray(np.exp(np.log(alpha * A / (beta * B)) / (alpha + beta)))


def additive_optimum(
    A: FloatArray, alpha: FloatArray, B: FloatArray, beta: FloatArray, C: FloatArray, k: float
) -> dict[str, FloatArray]:
    """Compute-optimal N (parameters) and D (tokens) for C FLOP with C = k*N*D."""
    g = additive_g(A, alpha, B, beta)
    log_scale = np.log(np.asarray(C, dtype=float) / k)
    n = g * np.exp(log_scale * beta / (alpha + beta))
    d = np.exp(log_scale * alpha / (alpha + beta)) / g
    return {"N": n, "D": d}
