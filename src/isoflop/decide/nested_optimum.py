"""The best mixture for a size and length nobody trained, its doubt from the whole chain (X02)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError
from isoflop.decide.mixture_optimum import mixture_optimum
from isoflop.fit.mixture import MixtureFit, fit_mixture
from isoflop.fit.nested_mixture import NestedMixture


@dataclass(frozen=True)
class NestedOptimum:
    """The optimum of a mixing law fitted to extrapolated losses.

    Attributes
    ----------
    fit : of the extrapolated losses
    shares : (n_domains,) best mixture
    loss : overall, nat/token
    draws : (n_draws, n_domains) best mixture of each resample of the chain
    draw_losses : (n_draws,)
    lost : resamples that hold too few different mixtures to fit
    """

    fit: MixtureFit
    shares: FloatArray
    loss: float
    draws: FloatArray
    draw_losses: FloatArray
    lost: int

    def interval(self, level: float = 0.9) -> dict[str, tuple[float, float]]:
        """Central interval of each share by source; empty without resamples."""
        if not len(self.draws):
            return {}
        tail = 50.0 * (1.0 - level)
        lo, hi = np.percentile(self.draws, [tail, 100.0 - tail], axis=0)
        return {d: (float(lo[i]), float(hi[i])) for i, d in enumerate(self.fit.domains)}


def nested_optimum(
    nested: NestedMixture,
    law: str = "mix_exp",
    *,
    weights: Mapping[str, float] | None = None,
    caps: Mapping[str, float] | None = None,
    floors: Mapping[str, float] | None = None,
    seed: int = 0,
) -> NestedOptimum:
    """Fit the mixing law to the extrapolated losses and to those of each resample, and minimise.

    Parameters
    ----------
    nested : of ``fit_nested_mixture``; its resamples are those of the answer
    weights : {validation domain: weight}
    caps, floors : {source: share}

    Raises
    ------
    FitError, PlanError
        As ``fit_mixture`` and ``mixture_optimum`` for the point.
    """

    def best(fit: MixtureFit) -> tuple[FloatArray, float]:
        found = mixture_optimum(fit, caps=caps, floors=floors, seed=seed)
        return np.array([value for value, _, _ in found.shares.values()]), found.loss[0]

    fit = fit_mixture(nested.runs(), law, weights=weights, resamples=0, seed=seed)
    shares, loss = best(fit)
    draws, losses = [], []
    for b in range(len(nested.draws)):
        try:
            again = fit_mixture(nested.runs(b), law, weights=weights, resamples=0, folds=0)
        except FitError:
            continue  # too few different mixtures were drawn: counted as lost
        if again.domains == fit.domains:
            one, at = best(again)
            draws.append(one)
            losses.append(at)
    return NestedOptimum(
        fit=fit,
        shares=shares,
        loss=loss,
        draws=np.stack(draws) if draws else np.empty((0, len(shares))),
        draw_losses=np.array(losses),
        lost=len(nested.draws) - len(draws),
    )
