"""The open rows as a linear regression around the law: what a group of rows adds can be tested."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.fit.newton import polish
from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.regression import Regression, regress

EXTREME = 0.25  # of ln loss; rows as far off as a diverged run say nothing about groups


@dataclass(frozen=True, eq=False)
class Whitened:
    """Residuals and derivatives over the noise of each row.

    Attributes
    ----------
    rows : (n,) indices into the table
    y : (n,) ln loss above the least-squares law, in standard deviations
    X : (n, k) derivatives of the law in its coordinates, in standard deviations
    unit : (n,) one over the standard deviation of ln loss
    plain : the regression without any group
    """

    rows: IntArray
    y: FloatArray
    X: FloatArray
    unit: FloatArray
    plain: Regression


def whitened(evidence: Evidence) -> Whitened | None:
    """The regression of the open rows; None if too few are left to test anything."""
    surface = evidence.surface
    rows = evidence.rows[np.abs(evidence.excess[evidence.rows]) < EXTREME]
    k = len(surface.coordinates)
    if len(rows) < k + 6:
        return None
    use = np.zeros(len(evidence.N))
    expected = surface.log_loss(evidence.N, evidence.D)
    unit = 1.0 / surface.noise(expected)
    use[rows] = unit[rows] ** 2
    u = polish(surface.problem, surface.coordinates[None], use[None]).coordinates[0]
    problem = surface.problem
    jet = problem.jet(u[None])
    value = np.broadcast_to(jet.value, (1, problem.n_runs))[0]
    X = np.zeros((problem.n_runs, k))
    for i, partial in jet.gradient.items():
        X[:, i] = np.broadcast_to(partial, (1, problem.n_runs))[0] / value
    y = (np.log(evidence.loss) - np.log(value))[rows] * unit[rows]
    X = X[rows] * unit[rows][:, None]
    X = X[:, np.linalg.norm(X, axis=0) > 1e-9]
    return Whitened(rows, y, X, unit[rows], regress(y, X))
