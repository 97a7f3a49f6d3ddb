"""What every noise model must tell, and how noise is put on a table of runs or curves.

A model is one file in ``measure/noise`` that declares ``NOISE = NoiseModel(...)`` (catalogue M05).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, TypeVar, cast

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import DataError, unknown_name
from isoflop.core.members import find_members
from isoflop.core.table import EvidenceTable
from isoflop.measure.setting import Setting, checked_settings, generator

Values: TypeAlias = Mapping[str, float]
Kind: TypeAlias = Literal["loss", "score"]
Table = TypeVar("Table", bound=EvidenceTable)

_TRAJECTORY = ("run_id", "params")
_CHECKS: dict[Kind, tuple[Callable[[FloatArray], bool], str]] = {
    "loss": (lambda x: bool((x > 0).all()), "losses must be positive"),
    "score": (lambda x: bool(((x >= 0) & (x <= 1)).all()), "scores must lie between 0 and 1"),
}


@dataclass(frozen=True)
class NoiseModel:
    """One source of noise.

    Parameters
    ----------
    name : its file's name.
    kind : ``loss`` for loss and loss/DOMAIN, ``score`` for score/BENCHMARK.
    settings : its numbers.
    sd : (true values, settings) -> standard deviation of ln loss or of the score, (n,).
    draw : (true values, trajectory of each row, settings, generator) -> noisy values, (n,).
    """

    name: str
    about: str
    kind: Kind
    settings: tuple[Setting, ...]
    sd: Callable[[FloatArray, Values], FloatArray]
    draw: Callable[[FloatArray, IntArray, Values, np.random.Generator], FloatArray]

    def checked(self, given: Values) -> dict[str, float]:
        """Every setting with its value, given or default; raises E471, E472."""
        return checked_settings(f"noise '{self.name}'", self.settings, given)

    def weights(self, values: FloatArray, **given: float) -> FloatArray:
        """Weight of each value in a fit of ln loss (or of the score): 1/sd^2, (n,)."""
        return np.asarray(self.sd(values, self.checked(given)) ** -2.0)


def with_noise(table: Table, name: str, seed: int = 0, **given: float) -> Table:
    """The same rows with noise on every loss (or score); same seed, same bytes.

    Rows of one trajectory are those of one ``run_id``, or of one model size where runs have none.

    Raises
    ------
    UsageError
        E475 for an unknown model, E471 or E472 for its settings.
    DataError
        E476 if the table has nothing this noise falls on, or values it is not defined for.
    """
    model = get_noise(name)
    values = model.checked(given)
    rng = generator(seed, name)  # independent of the world's and of other noise
    labels = _trajectories(table)
    noisy = {
        column: pl.Series(column, _drawn(model, table, column, labels, values, rng))
        for column in _columns(model, table)
    }
    turned = "".join(f", {key} {value:g}" for key, value in sorted(given.items()))
    changed = replace(table, table=table.table.with_columns(**noisy))
    return changed.noted(f"noise '{name}' on {', '.join(noisy)}, seed {seed}{turned}")


def all_noise() -> tuple[NoiseModel, ...]:
    """Every noise model, in order of name."""
    return cast("tuple[NoiseModel, ...]", find_members("isoflop.measure.noise", "NOISE"))


def get_noise(name: str) -> NoiseModel:
    """A noise model by name.

    Raises
    ------
    UsageError
        E475 if there is none of this name; the nearest are suggested.
    """
    known = {model.name: model for model in all_noise()}
    if name not in known:
        error = unknown_name("noise model", name, known, "isoflop worlds")
        error.code = "E475"
        raise error
    return known[name]


def _columns(model: NoiseModel, table: EvidenceTable) -> list[str]:
    columns = [n for n in table.columns if n == model.kind or n.startswith(f"{model.kind}/")]
    if not columns:
        raise _unusable(model, table, f"has no {model.kind}", "choose another noise model.")
    return columns


def _drawn(
    model: NoiseModel,
    table: EvidenceTable,
    column: str,
    labels: IntArray,
    values: Values,
    rng: np.random.Generator,
) -> FloatArray:
    truth = table.values(column)
    usable, words = _CHECKS[model.kind]
    if not usable(truth):
        raise _unusable(model, table, f"has impossible values in '{column}'", f"{words}.")
    return model.draw(truth, labels, values, rng)


def _unusable(model: NoiseModel, table: EvidenceTable, what: str, do: str) -> DataError:
    return DataError(
        f"The table {what}, on which the noise '{model.name}' falls.",
        where=f"{table.provenance.source} has: {', '.join(table.columns)}",
        matters="nothing would change, or the result would mean nothing.",
        do=do,
        code="E476",
    )


def _trajectories(table: EvidenceTable) -> IntArray:
    """Number of the trajectory of each row, (n,)."""
    column = next((name for name in _TRAJECTORY if name in table.columns), None)
    if column is None:
        return np.arange(len(table), dtype=np.int64)
    return table.table[column].rank("dense").cast(pl.Int64).to_numpy() - 1
