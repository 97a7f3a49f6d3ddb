"""Exponential mixing law of a validation set of unknown composition (X01)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.implicit_mixture import ImplicitMixture, fit_implicit_mixture
from isoflop.fit.mixture_model import MixtureModel, Settings, Surface
from isoflop.fit.mixture_table import MixtureTable


@dataclass(frozen=True)
class ImplicitSurface:
    """An ensemble, and one of each resample."""

    found: ImplicitMixture
    drawn: tuple[ImplicitMixture, ...] = ()

    @property
    def n_draws(self) -> int:
        """Resamples it carries."""
        return len(self.drawn)

    def predict(self, shares: FloatArray) -> FloatArray:
        """Loss (n,) at mixtures (n, n_domains)."""
        return self.found.predict(shares)

    def predict_draws(self, shares: FloatArray) -> FloatArray:
        """Loss (n_draws, n) of every resample at its own mixtures (n_draws, n, n_domains)."""
        return np.stack([one.predict(r) for one, r in zip(self.drawn, shares, strict=True)])

    def to_dict(self) -> dict[str, object]:
        """The document."""
        return {
            "kind": "isoflop-implicit-mixture",
            "point": _plain(self.found),
            "draws": [_plain(one) for one in self.drawn],
        }


def _plain(one: ImplicitMixture) -> dict[str, object]:
    return {"floor": one.floor.tolist(), "a": one.a.tolist(), "weight": one.weight.tolist()}


def _fit(table: MixtureTable, target: str, settings: Settings) -> Surface:
    values = table.runs.values(target)
    return ImplicitSurface(fit_implicit_mixture(table.shares, values, seed=settings.seed))


def _resample(
    table: MixtureTable, target: str, settings: Settings, surface: Surface, counts: FloatArray
) -> Surface:
    assert isinstance(surface, ImplicitSurface)
    values = table.runs.values(target)
    drawn = []
    for b, row in enumerate(counts.astype(int)):
        again = np.repeat(np.arange(len(row)), row)
        drawn.append(fit_implicit_mixture(table.shares[again], values[again], seed=b))
    return ImplicitSurface(surface.found, tuple(drawn))


def _load(document: Mapping[str, Any], domains: tuple[str, ...]) -> Surface:
    # Any: fields of a parsed document, converted here.
    def one(fields: Mapping[str, Any]) -> ImplicitMixture:
        a = np.array(fields["a"], dtype=float)
        assert a.shape[2] == len(domains)
        weight = np.array(fields["weight"], dtype=float)
        return ImplicitMixture(np.array(fields["floor"], dtype=float), a, weight)

    return ImplicitSurface(one(document["point"]), tuple(one(x) for x in document["draws"]))


MODEL = MixtureModel(
    name="implicit",
    about="a floor and several exponentials, for validation sets of unknown composition",
    is_smooth=False,
    fit=_fit,
    resample=_resample,
    load=_load,
    fewest=lambda n_domains: n_domains + 2,
)
