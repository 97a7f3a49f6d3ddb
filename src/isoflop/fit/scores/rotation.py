"""Varimax: the rotation of loadings under which each benchmark rests on few skills."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray

ROUNDS, STOP = 500, 1e-14  # assumption: a guard; looser, angles were off by 1e-6


def varimax(loadings: FloatArray) -> FloatArray:
    """The orthogonal matrix R (n_skills, n_skills) so that ``loadings @ R`` is simplest.

    Parameters
    ----------
    loadings : (n_benchmarks, n_skills)

    Returns
    -------
    R, with columns in falling order of what they explain and of positive sum.
    """
    k = loadings.shape[1]
    R = np.eye(k)
    before = 0.0
    for _ in range(ROUNDS):
        turned = loadings @ R
        target = turned**3 - turned * (turned**2).mean(axis=0)
        left, size, right = np.linalg.svd(loadings.T @ target)
        R = left @ right
        if size.sum() <= before * (1.0 + STOP):
            break
        before = float(size.sum())
    turned = loadings @ R
    R = R[:, np.argsort(-(turned**2).sum(axis=0), kind="stable")]
    signs = np.where((loadings @ R).sum(axis=0) < 0.0, -1.0, 1.0)
    return np.asarray(R * signs)
