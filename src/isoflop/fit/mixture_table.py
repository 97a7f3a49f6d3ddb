"""Mixtures as arrays: shares of the sources, and losses on validation domains, from a run table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError, UsageError, unknown_name
from isoflop.core.explain import Finding
from isoflop.core.runs import Runs
from isoflop.core.table import name_rows

SHARE, LOSS = "share/", "loss/"
ROUNDING = 1e-3  # assumption: shares printed to a few digits miss one by no more
SCALED = 0.05  # assumption: a sum this far from one is a misprint, further away another quantity


@dataclass(frozen=True)
class MixtureTable:
    """Runs of a mixture study.

    Attributes
    ----------
    runs : the table, its shares scaled to sum to one
    domains : sources, in the order of the columns
    shares : (n_runs, n_domains), rows sum to one
    targets : columns ``loss/NAME``
    weights : (n_targets,) of each validation domain in the overall loss, sum one
    """

    runs: Runs
    domains: tuple[str, ...]
    shares: FloatArray
    targets: tuple[str, ...]
    weights: FloatArray
    notes: tuple[Finding, ...] = ()

    @property
    def losses(self) -> FloatArray:
        """(n_runs, n_targets) nat/token."""
        return np.stack([self.runs.values(target) for target in self.targets], axis=1)

    @property
    def overall(self) -> FloatArray:
        """Weighted loss, (n_runs,) nat/token."""
        return np.asarray(self.losses @ self.weights)

    def take(self, rows: Sequence[int] | np.ndarray) -> MixtureTable:
        """The same study on some of its runs."""
        chosen = np.asarray(rows)
        return MixtureTable(
            self.runs.take(chosen), self.domains, self.shares[chosen], self.targets, self.weights
        )

    def __len__(self) -> int:
        return len(self.shares)


def mixture_table(
    runs: Runs,
    *,
    targets: Sequence[str] | None = None,
    weights: Mapping[str, float] | None = None,
) -> MixtureTable:
    """Shares and losses of a run table, checked.

    Parameters
    ----------
    targets : names of validation domains; every ``loss/NAME`` column by default, or ``loss``
        where there is none.
    weights : {validation domain: weight}, scaled to sum one; even by default. A domain without a
        weight counts nothing and is left out.

    Raises
    ------
    DataError
        E540 if the table is no mixture study: fewer than two shares that vary, no loss, or shares
        that do not sum to one.
    """
    import polars as pl

    given = [name for name in runs.columns if name.startswith(SHARE)]
    used = [name for name in given if (runs.values(name) != 0.0).any()]
    if len(used) < 2:
        raise _no_study(runs, f"it has {len(used)} columns share/NAME, at least two are needed")
    raw = np.stack([runs.values(name) for name in used], axis=1)
    total = raw.sum(axis=1)
    wrong = (np.abs(total - 1.0) > SCALED) | (raw < 0.0).any(axis=1)
    if wrong.any():
        rows = [int(row) for row in runs.rows[wrong]]
        raise _no_study(runs, f"shares are negative or do not sum to one in {name_rows(rows)}")
    shares = raw / total[:, None]
    scaled = {name: pl.Series(name, shares[:, i]) for i, name in enumerate(used)}
    columns, share_of = _targets(runs, targets, weights or {})
    return MixtureTable(
        runs=Runs(runs.table.with_columns(**scaled), runs.conventions, runs.provenance),
        domains=tuple(name.removeprefix(SHARE) for name in used),
        shares=shares,
        targets=columns,
        weights=share_of,
        notes=tuple(_scaling(runs, total)),
    )


def _scaling(runs: Runs, total: FloatArray) -> list[Finding]:
    off = np.abs(total - 1.0) > ROUNDING
    if not off.any():
        return []
    rows = name_rows([int(row) for row in runs.rows[off]])
    worst = float(total[off][np.argmax(np.abs(total[off] - 1.0))])
    text = f"shares in {rows} sum to {worst:.4g}; they were scaled to sum to one."
    return [Finding("W544", text)]


def _targets(
    runs: Runs, targets: Sequence[str] | None, weights: Mapping[str, float]
) -> tuple[tuple[str, ...], FloatArray]:
    known = [name.removeprefix(LOSS) for name in runs.columns if name.startswith(LOSS)]
    if not known and not targets and not weights:
        if not runs.has("loss"):
            raise _no_study(runs, "it has no column loss/NAME and no loss")
        return ("loss",), np.ones(1)
    chosen = list(targets) if targets else (list(weights) or known)
    for name in chosen:
        if name not in known:
            raise unknown_name("validation domain", name, known, "isoflop read FILE")
    values = target_weights(chosen, weights) if weights else np.ones(len(chosen)) / len(chosen)
    kept = values > 0.0
    names = tuple(LOSS + name for name, keep in zip(chosen, kept, strict=True) if keep)
    return names, values[kept]


def target_weights(names: Sequence[str], weights: Mapping[str, float]) -> FloatArray:
    """Weights (n_names,) that sum to one; names without one get zero.

    Raises
    ------
    UsageError
        E101 if a weight names none of them, E540 if one is negative or none is positive.
    """
    for name in weights:
        if name not in names:
            raise unknown_name("validation domain", name, names, "isoflop read FILE")
    values = np.array([float(weights.get(name, 0.0)) for name in names])
    if not (np.isfinite(values).all() and (values >= 0.0).all() and values.sum() > 0.0):
        raise UsageError(
            "Weights of validation domains must be zero or more, one of them positive.",
            where=", ".join(f"{name}={value:g}" for name, value in weights.items()),
            matters="the best mixture is the best for this weighted loss.",
            do="give the share of each domain in what the model is for: --weights code=0.3",
            code="E540",
        )
    return np.asarray(values / values.sum())


def _no_study(runs: Runs, why: str) -> DataError:
    return DataError(
        f"This table is no study of mixtures: {why}.",
        where=f"{runs.provenance.source}, columns {', '.join(runs.columns[:12])}",
        matters="a mixing law needs the share of every source and the losses of each run.",
        do="name the columns when reading: --map share/web=COLUMN --map loss/web=COLUMN",
        code="E540",
    )
