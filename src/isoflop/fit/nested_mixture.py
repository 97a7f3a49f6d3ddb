"""Small and short runs of many mixtures to the losses of one large and long run of each (X02).

Each mixture is carried to the target tokens by power laws with one exponent for its validation
domains, then to the target size by power laws with one exponent for everything; a mixing law is
fitted to the losses so extrapolated. Freeing the exponents with four sizes makes them unstable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError
from isoflop.core.runs import Runs
from isoflop.fit.mixture_table import LOSS, SHARE
from isoflop.fit.tied_power import TiedPower, fit_tied_power

STEP_DELTA, SIZE_DELTA = 0.05, 0.08  # ye2024 code: Huber on the loss, of the released run
FEWEST_STEPS, FEWEST_SIZES = 4, 3  # a floor, a scale and an exponent, and one more for steps


@dataclass(frozen=True)
class NestedMixture:
    """Losses of every mixture carried to one size and length.

    Attributes
    ----------
    mixtures : ``run_id`` of each
    domains, targets : sources, and columns ``loss/NAME``
    shares : (n_mixtures, n_domains)
    losses : (n_mixtures, n_targets) at the target, nat/token
    draws : (n_draws, n_mixtures, n_targets) of resampled checkpoints and mixtures
    drawn : (n_draws, n_mixtures) which mixtures each resample holds
    step_exponents : {(size, mixture): alpha}
    size_exponent : alpha in parameters
    """

    mixtures: tuple[str, ...]
    domains: tuple[str, ...]
    targets: tuple[str, ...]
    shares: FloatArray
    losses: FloatArray
    draws: FloatArray
    drawn: FloatArray
    step_exponents: dict[tuple[float, str], float]
    size_exponent: float
    params: float
    tokens: float
    source: Runs

    def runs(self, draw: int | None = None) -> Runs:
        """A run table of the extrapolated losses, ready for ``fit_mixture``; or of one resample."""
        import polars as pl

        rows = np.arange(len(self.mixtures))
        values = self.losses
        if draw is not None:
            rows = self.drawn[draw].astype(int)
            values = self.draws[draw]
        columns: dict[str, object] = {"run_id": [self.mixtures[i] for i in rows]}
        columns |= {SHARE + d: self.shares[rows, i] for i, d in enumerate(self.domains)}
        columns |= {target: values[:, i] for i, target in enumerate(self.targets)}
        table = pl.DataFrame(columns).with_row_index("row", offset=1)
        return Runs(table, self.source.conventions, self.source.provenance)


def fit_nested_mixture(
    checkpoints: Runs,
    *,
    params: float,
    tokens: float,
    resamples: int = 0,
    seed: int = 0,
) -> NestedMixture:
    """Extrapolate a study of mixtures at several sizes in tokens, then in size.

    Parameters
    ----------
    checkpoints : one row a checkpoint: ``run_id`` (the mixture, the same at every size),
        ``params``, ``tokens``, ``share/NAME``, ``loss/NAME``. Constant-rate checkpoints: those of
        a decaying schedule bend the law of tokens.
    params, tokens : the target
    resamples : draws of mixtures and of checkpoints, through the whole chain

    Raises
    ------
    DataError
        E540 if columns are missing or a mixture lacks a size, E544 if it has too few checkpoints
        or sizes.
    """
    study = _Study.of(checkpoints)
    rng = np.random.default_rng(seed)
    at_tokens, exponents = study.to_tokens(tokens, None)
    size_law = study.size_law(at_tokens)
    everything = np.arange(len(study.mixtures))
    draws, drawn = [], []
    for _ in range(resamples):
        chosen = rng.integers(0, len(everything), len(everything))
        again, _ = study.to_tokens(tokens, rng)
        law = study.size_law(again[:, chosen])
        draws.append(_shaped(law.at(params), len(chosen)))
        drawn.append(chosen.astype(float))
    shape = (0, len(everything), len(study.targets))
    return NestedMixture(
        mixtures=study.mixtures,
        domains=study.domains,
        targets=study.targets,
        shares=study.shares,
        losses=_shaped(size_law.at(params), len(everything)),
        draws=np.stack(draws) if draws else np.empty(shape),
        drawn=np.stack(drawn) if drawn else np.empty(shape[:2]),
        step_exponents=exponents,
        size_exponent=size_law.alpha,
        params=params,
        tokens=tokens,
        source=checkpoints,
    )


def _shaped(flat: FloatArray, n_mixtures: int) -> FloatArray:
    return flat.reshape(n_mixtures, -1)


@dataclass(frozen=True)
class _Study:
    """Checkpoints by size and mixture."""

    mixtures: tuple[str, ...]
    domains: tuple[str, ...]
    targets: tuple[str, ...]
    sizes: tuple[float, ...]
    shares: FloatArray
    series: dict[tuple[float, str], tuple[FloatArray, FloatArray]]

    @classmethod
    def of(cls, runs: Runs) -> _Study:
        domains = [name for name in runs.columns if name.startswith(SHARE)]
        targets = [name for name in runs.columns if name.startswith(LOSS)]
        if len(domains) < 2 or not targets or "run_id" not in runs.columns:
            raise _unusable(runs, "it needs run_id, two columns share/NAME and one loss/NAME")
        names, sizes = np.array(runs.text("run_id")), runs.values("params")
        tokens = runs.values("tokens")
        losses = np.stack([runs.values(target) for target in targets], axis=0)
        every = np.stack([runs.values(name) for name in domains], axis=1)
        mixtures = tuple(dict.fromkeys(names.tolist()))
        known = tuple(sorted(set(sizes.tolist())))
        series = {}
        for size in known:
            for mixture in mixtures:
                rows = np.flatnonzero((sizes == size) & (names == mixture))
                if len(set(tokens[rows].tolist())) < FEWEST_STEPS:
                    raise _unusable(
                        runs,
                        f"mixture {mixture} at {size:.3g} parameters has {len(rows)} checkpoints, "
                        f"{FEWEST_STEPS} are needed",
                        code="E544",
                    )
                series[size, mixture] = (tokens[rows], losses[:, rows])
        if len(known) < FEWEST_SIZES:
            raise _unusable(runs, f"it has {len(known)} sizes, {FEWEST_SIZES} are needed", "E544")
        first = np.stack([every[names == mixture][0] for mixture in mixtures])
        return cls(
            mixtures,
            tuple(name.removeprefix(SHARE) for name in domains),
            tuple(targets),
            known,
            first / first.sum(axis=1, keepdims=True),
            series,
        )

    def to_tokens(
        self, tokens: float, rng: np.random.Generator | None
    ) -> tuple[FloatArray, dict[tuple[float, str], float]]:
        """Losses (n_sizes, n_mixtures, n_targets) at the target tokens, and the exponents."""
        reached = np.empty((len(self.sizes), len(self.mixtures), len(self.targets)))
        exponents = {}
        for i, size in enumerate(self.sizes):
            for j, mixture in enumerate(self.mixtures):
                x, y = self.series[size, mixture]
                law = fit_tied_power(x, y, STEP_DELTA, _redrawn(x, rng))
                reached[i, j] = law.at(tokens)
                exponents[size, mixture] = law.alpha
        return reached, exponents

    def size_law(self, reached: FloatArray) -> TiedPower:
        """One exponent for every mixture and validation domain."""
        series = reached.reshape(len(self.sizes), -1).T
        return fit_tied_power(np.array(self.sizes), series, SIZE_DELTA)


def _redrawn(x: FloatArray, rng: np.random.Generator | None) -> FloatArray | None:
    """How often each checkpoint is drawn; at least three different ones."""
    if rng is None:
        return None
    n = len(x)
    while True:
        counts = rng.multinomial(n, np.full(n, 1.0 / n)).astype(float)
        if (counts > 0.0).sum() >= 3:
            return counts


def _unusable(runs: Runs, why: str, code: str = "E540") -> DataError:
    return DataError(
        f"These checkpoints cannot be extrapolated: {why}.",
        where=f"{runs.provenance.source}, {len(runs)} rows",
        matters="every mixture is carried to the target by its own checkpoints at every size.",
        do="give each mixture at every size, with several checkpoints of a constant rate.",
        code=code,
    )
