"""Fit a mixing law to a study of mixtures: ``fit_mixture(runs) -> MixtureFit``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError
from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json, write_atomic
from isoflop.core.result import figures_of
from isoflop.core.runs import Runs
from isoflop.core.sources import Source, cite_all
from isoflop.core.version import __version__
from isoflop.fit.mixture_checks import mixture_findings
from isoflop.fit.mixture_document import KIND, load_fields
from isoflop.fit.mixture_model import MixtureModel, Settings, Surface, mixture_model
from isoflop.fit.mixture_score import MixtureScore, fold_splits, score_mixtures
from isoflop.fit.mixture_table import MixtureTable, mixture_table, target_weights
from isoflop.fit.objective import HUBER_DELTA_LEVEL

if TYPE_CHECKING:
    import polars as pl

    from isoflop.core.result import Drawing

RESAMPLES = 100  # assumption: enough for a 90% interval of the best mixture
FOLDS = 5


@dataclass(frozen=True, eq=False)
class MixtureFit:
    """The loss of every validation domain as a function of the mixture.

    Attributes
    ----------
    law : name of the form
    domains : sources, in the order of shares
    targets : columns ``loss/NAME``; ``weights`` (n_targets,) of each in the overall loss
    surfaces : one a target; resample b of each comes from the same mixtures
    shares, losses : (n_runs, n_domains) and (n_runs, n_targets), what it was fitted to
    score : errors on mixtures left out; None where there were too few to leave any out
    """

    law: str
    domains: tuple[str, ...]
    targets: tuple[str, ...]
    weights: FloatArray
    surfaces: tuple[Surface, ...]
    shares: FloatArray
    losses: FloatArray
    score: MixtureScore | None
    delta: float
    seed: int = 0
    warnings: tuple[Finding, ...] = ()
    provenance: Mapping[str, object] = field(default_factory=dict)

    @property
    def model(self) -> MixtureModel:
        """The form."""
        return mixture_model(self.law)

    @property
    def n_draws(self) -> int:
        """Resamples that every surface carries."""
        return min(surface.n_draws for surface in self.surfaces)

    def reweighted(self, weights: Mapping[str, float]) -> FloatArray:
        """Weights (n_targets,) from {validation domain: weight}; of the fit if none are given.

        Raises
        ------
        UsageError
            E101 if a domain was not fitted, E540 if no weight is positive.
        """
        if not weights:
            return self.weights
        return target_weights([name.removeprefix("loss/") for name in self.targets], weights)

    def predict_each(self, shares: FloatArray) -> FloatArray:
        """Losses (n, n_targets) nat/token at mixtures (n, n_domains)."""
        return np.stack([surface.predict(shares) for surface in self.surfaces], axis=1)

    def predict(self, shares: FloatArray, weights: FloatArray | None = None) -> FloatArray:
        """Overall loss (n,) nat/token at mixtures (n, n_domains)."""
        return np.asarray(
            self.predict_each(shares) @ (self.weights if weights is None else weights)
        )

    def predict_draws(self, shares: FloatArray, weights: FloatArray | None = None) -> FloatArray:
        """Overall loss (n_draws, n) of each resample at its own (n_draws, n, n_domains)."""
        chosen = self.weights if weights is None else weights
        total = np.zeros(shares.shape[:2])
        for surface, weight in zip(self.surfaces, chosen, strict=True):
            total += weight * surface.predict_draws(shares)
        return total

    def to_dict(self) -> dict[str, object]:
        """The document."""
        return {
            "kind": KIND,
            "version": __version__,
            "law": self.law,
            "domains": list(self.domains),
            "targets": list(self.targets),
            "weights": self.weights.tolist(),
            "surfaces": [surface.to_dict() for surface in self.surfaces],
            "shares": self.shares.tolist(),
            "losses": self.losses.tolist(),
            "heldout": None if self.score is None else self.score.to_dict(),
            "delta": self.delta,
            "seed": self.seed,
            "warnings": [finding.to_dict() for finding in self.warnings],
            "provenance": dict(self.provenance),
        }

    def to_json(self) -> str:
        """One JSON document; equal fits give equal bytes."""
        return canonical_json(self.to_dict())

    def save(self, path: str | Path) -> Path:
        """Write the document, whole or not at all."""
        return write_atomic(path, self.to_json())

    @classmethod
    def load(cls, path: str | Path) -> MixtureFit:
        """Read a fit that was saved.

        Raises
        ------
        DataError
            E543 if the file is missing or is not the fit of a mixture.
        """
        return cls(**load_fields(path))

    def tables(self) -> dict[str, pl.DataFrame]:
        """``mixtures``: shares, observed and fitted overall loss."""
        import polars as pl

        shares = {f"share/{name}": self.shares[:, i] for i, name in enumerate(self.domains)}
        observed = self.losses @ self.weights
        fitted = self.predict(self.shares)
        return {"mixtures": pl.DataFrame(shares | {"loss": observed, "fitted": fitted})}

    def figures(self) -> Mapping[str, Drawing]:
        """Figures declared for this kind of result."""
        return figures_of(self)

    def cite(self) -> tuple[Source, ...]:
        """The work behind the form."""
        return cite_all([SOURCES[self.law]] if self.law in SOURCES else ["ye2024"])

    def __repr__(self) -> str:
        parts = [
            f"MixtureFit of {self.law}: {len(self.shares)} mixtures of {len(self.domains)} "
            f"sources, {len(self.targets)} validation domains"
        ]
        if self.score is not None:
            parts.append(
                f"  held-out error {self.score.error:.4f} nat/token, straight line "
                f"{self.score.linear:.4f}, mean {self.score.mean:.4f}"
            )
        return "\n".join([*parts, f"  {self.n_draws} resamples, {len(self.warnings)} warnings"])


SOURCES = {"bimix": "bimix2024", "regmix": "regmix2024"}


def fit_mixture(
    runs: Runs,
    law: str = "mix_exp",
    *,
    targets: Sequence[str] | None = None,
    weights: Mapping[str, float] | None = None,
    delta: float = HUBER_DELTA_LEVEL,
    resamples: int = RESAMPLES,
    folds: int = FOLDS,
    seed: int = 0,
) -> MixtureFit:
    """Fit every validation domain, score the law on mixtures left out, and draw it again.

    Parameters
    ----------
    law : ``mix_exp``, ``linear``, ``bimix``, ``regmix`` or another of ``fit.mixture_models``.
    targets, weights : see :func:`isoflop.fit.mixture_table.mixture_table`.
    delta : where the Huber loss turns linear: 0.02 nats, 0.05 for five sources (ye2024).
    resamples : bootstrap resamples of the mixtures, the same for every validation domain.
    folds : parts left out in turn for the score; 0 for none.

    Raises
    ------
    DataError
        E540 if the table is no study of mixtures.
    FitError
        E544 if it has too few mixtures for the law.
    """
    model = mixture_model(law)
    table = mixture_table(runs, targets=targets, weights=weights)
    _check_count(model, table)
    settings = Settings(delta, seed, examine=True)
    surfaces = [model.fit(table, target, settings) for target in table.targets]
    quick = Settings(delta, seed)
    score = None
    if folds:
        score = score_mixtures(model, table, quick, fold_splits(len(table), folds, seed))
    if resamples:
        counts = _counts(table, resamples, seed)
        surfaces = [
            model.resample(table, target, quick, surface, counts)
            for target, surface in zip(table.targets, surfaces, strict=True)
        ]
    return MixtureFit(
        law=law,
        domains=table.domains,
        targets=table.targets,
        weights=table.weights,
        surfaces=tuple(surfaces),
        shares=table.shares,
        losses=table.losses,
        score=score,
        delta=delta,
        seed=seed,
        warnings=(*table.notes, *mixture_findings(model, table, surfaces, score)),
        provenance=runs.provenance.to_dict() | {"table_digest": runs.digest},
    )


def _counts(table: MixtureTable, resamples: int, seed: int) -> FloatArray:
    """How often each mixture is drawn, (n_draws, n_runs); every source varies in every draw."""
    rng = np.random.default_rng(seed)
    n = len(table)
    kept: list[FloatArray] = []
    while len(kept) < resamples:
        row = rng.multinomial(n, np.full(n, 1.0 / n)).astype(float)
        if np.ptp(table.shares[row > 0.0], axis=0).min() > 0.0:
            kept.append(row)
    return np.stack(kept)


def _check_count(model: MixtureModel, table: MixtureTable) -> None:
    fewest = model.fewest(len(table.domains))
    if len(table) < fewest:
        raise FitError(
            f"{len(table)} mixtures of {len(table.domains)} sources are too few for {model.name}.",
            where=f"{table.runs.provenance.source}; at least {fewest} are needed",
            matters="with fewer mixtures than numbers to fit, any mixture looks best.",
            do="measure more mixtures (isoflop design, kind = mixture), or use --law linear.",
            code="E544",
        )
