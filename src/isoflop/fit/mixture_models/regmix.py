"""RegMix with ridge regression (X04): best mixture by sampling, not by gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.mixture_model import MixtureModel, Settings, Surface
from isoflop.fit.mixture_table import MixtureTable
from isoflop.fit.regmix import Ridge, fit_ridge, resampled_ridge


@dataclass(frozen=True)
class RidgeSurface:
    """A ridge regression and its resamples."""

    ridge: Ridge
    drawn: Ridge | None = None

    @property
    def n_draws(self) -> int:
        """Resamples it carries."""
        return 0 if self.drawn is None else len(self.drawn.weights)

    def predict(self, shares: FloatArray) -> FloatArray:
        """Loss (n,) at mixtures (n, n_domains)."""
        return np.asarray(self.ridge.predict(shares)[0])

    def predict_draws(self, shares: FloatArray) -> FloatArray:
        """Loss (n_draws, n) at mixtures (n_draws, n, n_domains)."""
        assert self.drawn is not None
        return self.drawn.predict(shares)

    def to_dict(self) -> dict[str, object]:
        """The document."""
        sets = None if self.drawn is None else _sets(self.drawn)
        return {
            "kind": "isoflop-ridge",
            "centre": self.ridge.centre.tolist(),
            "scale": self.ridge.scale.tolist(),
            "strength": self.ridge.strength,
            "point": _sets(self.ridge),
            "draws": sets,
        }


def _sets(ridge: Ridge) -> dict[str, object]:
    return {"weights": ridge.weights.tolist(), "offset": ridge.offset.tolist()}


def _fit(table: MixtureTable, target: str, settings: Settings) -> Surface:
    rng = np.random.default_rng(settings.seed)
    return RidgeSurface(fit_ridge(table.shares, table.runs.values(target), rng))


def _resample(
    table: MixtureTable, target: str, settings: Settings, surface: Surface, counts: FloatArray
) -> Surface:
    assert isinstance(surface, RidgeSurface)
    values = table.runs.values(target)
    return replace(surface, drawn=resampled_ridge(surface.ridge, table.shares, values, counts))


def _load(document: Mapping[str, Any], domains: tuple[str, ...]) -> Surface:
    # Any: fields of a parsed document, converted here.
    def ridge(sets: Mapping[str, Any]) -> Ridge:
        return Ridge(
            np.array(document["centre"], dtype=float),
            np.array(document["scale"], dtype=float),
            np.array(sets["weights"], dtype=float).reshape(-1, 3 * len(domains)),
            np.array(sets["offset"], dtype=float),
            float(document["strength"]),
        )

    drawn = document["draws"]
    return RidgeSurface(ridge(document["point"]), None if drawn is None else ridge(drawn))


MODEL = MixtureModel(
    name="regmix",
    about="ridge on shares, their roots and logs; the mean of the best 100 sampled mixtures",
    is_smooth=False,
    fit=_fit,
    resample=_resample,
    load=_load,
    fewest=lambda n_domains: n_domains + 2,
)
