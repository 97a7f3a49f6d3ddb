"""What a form of loss against shares must do, whatever it is: fit, predict, be drawn again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import unknown_name
from isoflop.core.members import find_members
from isoflop.fit.mixture_table import MixtureTable


class Surface(Protocol):
    """The loss of one validation domain as a function of the mixture."""

    @property
    def n_draws(self) -> int:
        """Resamples it carries; zero if it was not drawn again."""

    def predict(self, shares: FloatArray) -> FloatArray:
        """Loss (n,) nat/token at mixtures (n, n_domains)."""

    def predict_draws(self, shares: FloatArray) -> FloatArray:
        """Loss (n_draws, n) of every resample at its own mixtures (n_draws, n, n_domains)."""

    def to_dict(self) -> dict[str, object]:
        """The document."""


@dataclass(frozen=True)
class Settings:
    """How one surface is fitted.

    Attributes
    ----------
    delta : where the Huber loss of level residuals turns linear, nat/token
    seed : of anything drawn
    examine : whether to diagnose the fit too; splits and resamples need no diagnosis
    """

    delta: float
    seed: int = 0
    examine: bool = False


@dataclass(frozen=True)
class MixtureModel:
    """One form.

    Parameters
    ----------
    name : as ``--law`` takes it.
    about : one sentence.
    is_smooth : whether its optimum is searched by gradients; otherwise it is the mean of the best
        sampled mixtures.
    fit : (table, target column, settings) -> surface.
    resample : (table, target column, settings, its surface, counts (n_draws, n_runs)) -> the
        surface with draws.
    load : (document, domains) -> surface.
    fewest : mixtures it needs at least for that many sources.
    extrapolates : whether it may be asked about shares smaller than any it was fitted to.
    """

    name: str
    about: str
    is_smooth: bool
    fit: Callable[[MixtureTable, str, Settings], Surface]
    resample: Callable[[MixtureTable, str, Settings, Surface, FloatArray], Surface]
    # Any: fields of a parsed document, converted by each form.
    load: Callable[[Mapping[str, Any], tuple[str, ...]], Surface]
    fewest: Callable[[int], int]
    extrapolates: bool = True


def mixture_models() -> dict[str, MixtureModel]:
    """Every form by name."""
    found = cast("tuple[MixtureModel, ...]", find_members("isoflop.fit.mixture_models", "MODEL"))
    return {item.name: item for item in found}


def mixture_model(name: str) -> MixtureModel:
    """A form by name.

    Raises
    ------
    UsageError
        E101 if there is none.
    """
    known = mixture_models()
    if name not in known:
        raise unknown_name("mixing law", name, known, "isoflop mix fit --help")
    return known[name]
