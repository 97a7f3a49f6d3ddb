"""Performance of a mixture by its distance to the validation set, from few mixtures (X28)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import FitError
from isoflop.fit.transport import Transport, transport


@dataclass(frozen=True, eq=False)
class TransportMixture:
    """V(r) = a_0 + a_1*OT(mixture r, validation set).

    Attributes
    ----------
    source : (n_points,) which source each point is a sample of
    cost : (n_points, n_validation)
    residuals : (n_mixtures,) of the fit
    """

    a_0: float
    a_1: float
    source: IntArray
    cost: FloatArray
    blur: float
    residuals: FloatArray

    def distance(self, r: FloatArray) -> Transport:
        """Transport of the mixture r (n_sources,) onto the validation set."""
        return mixture_distance(r, self.source, self.cost, self.blur)

    def predict(self, r: FloatArray) -> float:
        """Performance of a mixture of the size fitted."""
        return self.a_0 + self.a_1 * self.distance(r).value

    def gradient(self, r: FloatArray) -> FloatArray:
        """Derivative (n_sources,) in the shares, along the simplex: it sums to zero over r."""
        potential = self.distance(r).potential
        slope = np.array([potential[self.source == i].mean() for i in range(len(r))])
        return np.asarray(self.a_1 * (slope - slope @ r / r.sum()))


def mixture_distance(r: FloatArray, source: IntArray, cost: FloatArray, blur: float) -> Transport:
    """Transport of a mixture whose sources are samples of points, equally heavy in each."""
    counts = np.bincount(source, minlength=len(r))
    weight = (r / counts)[source]
    onto = np.full(cost.shape[1], 1.0 / cost.shape[1])
    return transport(weight / weight.sum(), onto, cost, blur)


def fit_transport_mixture(
    mixtures: FloatArray,
    performance: FloatArray,
    source: IntArray,
    cost: FloatArray,
    *,
    blur: float | None = None,
) -> TransportMixture:
    """Least squares of the performance on the distance.

    Parameters
    ----------
    mixtures : (n_mixtures, n_sources) shares; all of one size
    performance : (n_mixtures,)
    source : (n_points,) source of each sampled point
    cost : (n_points, n_validation), for instance ``transport.label_aware``
    blur : a twentieth of the mean cost by default (assumption)

    Raises
    ------
    FitError
        E549 with fewer than three mixtures at different distances.
    """
    chosen = 0.05 * float(cost.mean()) if blur is None else blur
    x = np.array([mixture_distance(r, source, cost, chosen).value for r in mixtures])
    if len(np.unique(x.round(12))) < 3:
        raise FitError(
            f"{len(np.unique(x.round(12)))} different distances are no line with a check.",
            where=f"{len(mixtures)} mixtures",
            matters="any two points lie on a line.",
            do="measure three mixtures or more.",
            code="E549",
        )
    a_1, a_0 = np.polyfit(x, performance, 1)
    return TransportMixture(
        float(a_0), float(a_1), source, cost, chosen, performance - a_0 - a_1 * x
    )
