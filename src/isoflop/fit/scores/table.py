"""Models by benchmarks: scores as fractions, with family, size, tokens and compute where known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from isoflop.core.arrays import BoolArray, FloatArray, IntArray
from isoflop.core.errors import DataError, unknown_name
from isoflop.core.runs import Runs

SCORE, FLOOR = "score/", "floor/"


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """Scores of models; a score that was not measured is NaN here and null in every table.

    Attributes
    ----------
    values : (n_models, n_benchmarks) fractions
    params, tokens, compute : (n_models,) parameters, tokens, FLOP; NaN where undisclosed
    floors : (n_benchmarks,) chance level; zero where the table has none
    """

    models: tuple[str, ...]
    benchmarks: tuple[str, ...]
    values: FloatArray
    families: tuple[str, ...]
    params: FloatArray
    tokens: FloatArray
    compute: FloatArray
    floors: FloatArray

    def __len__(self) -> int:
        return len(self.models)

    @classmethod
    def from_runs(cls, runs: Runs, family: str = "family") -> ScoreTable:
        """The columns ``score/NAME`` and ``floor/NAME`` of a run table.

        Raises
        ------
        DataError
            E560 without scores, E561 if one is outside 0 to 1.
        """
        names = tuple(c.removeprefix(SCORE) for c in runs.columns if c.startswith(SCORE))
        if not names:
            raise DataError(
                "The table has no scores.",
                where=f"{runs.provenance.source}, columns {', '.join(runs.columns[:12])}",
                matters="a score is forecast from the scores of other models.",
                do="name them: --map score/mmlu=COLUMN, or all at once: --score 'acc_*'",
                code="E560",
            )
        values = np.column_stack([_numbers(runs, SCORE + name) for name in names])
        floors = [_floor(runs, name) for name in names]
        labels = next((c for c in ("run_id", "model") if runs.has(c)), None)
        models = runs.text(labels) if labels else [f"row {row}" for row in runs.rows]
        families = runs.text(family) if runs.has(family) else models
        size, tokens, compute = (_numbers(runs, name) for name in ("params", "tokens", "flops"))
        return cls(
            tuple(models), names, values, tuple(families), size, tokens, compute, np.array(floors)
        ).checked()

    def checked(self) -> ScoreTable:
        """The table itself.

        Raises
        ------
        DataError
            E561 if a score lies outside 0 to 1.
        """
        outside = (self.values < 0.0) | (self.values > 1.0)
        for j in np.flatnonzero(outside.any(axis=0)):
            first = int(np.flatnonzero(outside[:, j])[0])
            raise DataError(
                f"{int(outside[:, j].sum())} scores on '{self.benchmarks[j]}' lie outside 0 to 1, "
                f"first {self.values[first, j]:g}.",
                where=f"model {self.models[first]}",
                matters="the curves behind a forecast of scores lie between 0 and 1.",
                do="give scores as fractions: --map 'score/NAME=0.01*COLUMN', or leave it out.",
                code="E561",
            )
        return self

    def column(self, benchmark: str) -> FloatArray:
        """Scores on one benchmark, (n_models,).

        Raises
        ------
        UsageError
            E101 if there is no such benchmark.
        """
        return np.asarray(self.values[:, self._at(benchmark)])

    def take(self, which: BoolArray | IntArray | Sequence[int]) -> ScoreTable:
        """The models of a mask or of indices, which may repeat."""
        chosen = np.asarray(which)
        rows = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen.astype(np.int64)
        return replace(
            self,
            models=tuple(self.models[i] for i in rows),
            families=tuple(self.families[i] for i in rows),
            values=self.values[rows],
            params=self.params[rows],
            tokens=self.tokens[rows],
            compute=self.compute[rows],
        )

    def only(self, benchmarks: Iterable[str]) -> ScoreTable:
        """The same models with some of the benchmarks, in the order given."""
        names = tuple(benchmarks)
        at = [self._at(name) for name in names]
        return replace(self, benchmarks=names, values=self.values[:, at], floors=self.floors[at])

    def without(self, benchmark: str) -> ScoreTable:
        """The same models without one benchmark."""
        return self.only(name for name in self.benchmarks if name != benchmark)

    def family_labels(self) -> tuple[tuple[str, ...], IntArray]:
        """Names of the families, sorted, and the index of each model's own (n_models,)."""
        names, labels = np.unique(np.array(self.families, dtype=object), return_inverse=True)
        return tuple(map(str, names)), labels.astype(np.int64)

    def _at(self, benchmark: str) -> int:
        if benchmark not in self.benchmarks:
            raise unknown_name("benchmark", benchmark, self.benchmarks, "isoflop read TABLE")
        return self.benchmarks.index(benchmark)


def one_model(
    benchmarks: Sequence[str],
    scores: dict[str, float],
    *,
    family: str = "",
    size: float = np.nan,
    tokens: float = np.nan,
    compute: float = np.nan,
) -> ScoreTable:
    """A table of a single model with the scores that are known of it."""
    row = np.array([[scores.get(name, np.nan) for name in benchmarks]])
    known = 6.0 * size * tokens if np.isnan(compute) else compute
    floors = np.zeros(len(benchmarks))
    numbers = (np.array([size]), np.array([tokens]), np.array([known]))
    return ScoreTable(("model",), tuple(benchmarks), row, (family,), *numbers, floors).checked()


def aligned(table: ScoreTable, basis: tuple[str, ...]) -> ScoreTable:
    """The table with exactly these benchmarks; those it lacks are missing."""
    values = np.full((len(table), len(basis)), np.nan)
    for j, name in enumerate(basis):
        if name in table.benchmarks:
            values[:, j] = table.column(name)
    return ScoreTable(
        table.models,
        basis,
        values,
        table.families,
        table.params,
        table.tokens,
        table.compute,
        np.zeros(len(basis)),
    )


def _numbers(runs: Runs, column: str) -> FloatArray:
    if column not in runs.columns:
        return np.full(len(runs), np.nan)
    return runs.table[column].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _floor(runs: Runs, benchmark: str) -> float:
    known = _numbers(runs, FLOOR + benchmark)
    return float(np.nanmax(known)) if np.isfinite(known).any() else 0.0
