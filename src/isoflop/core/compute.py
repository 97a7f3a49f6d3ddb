"""Completes params, tokens and flops by C = 6ND, and checks 6ND where all three are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError
from isoflop.core.explain import Finding
from isoflop.core.runs import ROW, Runs, name_rows

FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020: 2 forward, 4 backward
MISMATCH = 0.10  # porian2024: IsoFLOP slices are matched within 10%
_SAME = 0.01  # assumption: within 1% the convention is the one tested
_EXPLAINS = 0.03  # assumption: a convention that leaves under 3% explains the difference

_DERIVED = {
    "flops": FLOP_PER_PARAMETER_TOKEN * pl.col("params") * pl.col("tokens"),
    "tokens": pl.col("flops") / (FLOP_PER_PARAMETER_TOKEN * pl.col("params")),
    "params": pl.col("flops") / (FLOP_PER_PARAMETER_TOKEN * pl.col("tokens")),
}


def with_compute(runs: Runs) -> Runs:
    """The runs with the missing one of params, tokens, flops derived, and 6ND checked."""
    return check_compute(derive_compute(runs))


def derive_compute(runs: Runs) -> Runs:
    """The runs with the missing one of params, tokens, flops derived by C = 6ND, row by row."""
    derived = runs
    for column, formula in _DERIVED.items():
        derived = _derived(derived, column, formula)
    return derived


def check_compute(runs: Runs) -> Runs:
    """The runs, with a finding W110 where flops and 6ND differ by more than 10%.

    Raises
    ------
    DataError
        E215 if a count is negative or not finite.
    """
    _refuse_impossible(runs)
    if not set(_DERIVED) <= set(runs.columns):
        return runs
    full = runs.table.drop_nulls(list(_DERIVED)).filter(pl.col("flops") > 0)
    if full.is_empty():
        return runs
    off = np.abs(1 - _six_nd(full) / full["flops"].to_numpy())
    if off.max() <= _SAME and runs.conventions.flops == "unknown":
        known = replace(runs.conventions, flops="6ND")
        return replace(runs, conventions=known).noted(
            f"flops agree with 6ND within {max(off.max(), 1e-4):.2%} in all rows"
        )
    if not (off > MISMATCH).any():
        return runs
    finding = Finding("W110", _mismatch_text(full, off))
    history = replace(runs.provenance, notes=(*runs.provenance.notes, finding))
    return replace(runs, provenance=history)


def _derived(runs: Runs, column: str, formula: pl.Expr) -> Runs:
    if not set(_DERIVED) - {column} <= set(runs.columns):
        return runs
    whole = column not in runs.columns
    table = runs.table.with_columns(pl.lit(None, pl.Float64).alias(column)) if whole else runs.table
    filled = table.with_columns(pl.coalesce(pl.col(column), formula).alias(column))
    n_new = table[column].null_count() - filled[column].null_count()
    if n_new == 0:
        return runs
    counted = replace(runs.conventions, flops="6ND") if whole else runs.conventions
    return replace(runs, table=filled, conventions=counted).noted(
        f"{column} derived by C = 6ND in {n_new} of {len(runs)} rows"
    )


def _refuse_impossible(runs: Runs) -> None:
    for column in sorted(set(_DERIVED) & set(runs.columns)):
        wrong = runs.table.filter((pl.col(column) < 0) | ~pl.col(column).is_finite())
        if not wrong.is_empty():
            raise DataError(
                f"The count '{column}' is {wrong[column][0]:g} in {wrong.height} rows.",
                where=f"{runs.provenance.source}, {name_rows(wrong[ROW].to_list())}",
                matters="counts are zero or more; an integer product that overflowed looks so.",
                do="correct the rows, or let the rules leave them out (no --keep).",
                code="E215",
            )


def _six_nd(table: pl.DataFrame) -> FloatArray:
    counted = FLOP_PER_PARAMETER_TOKEN * table["params"] * table["tokens"]
    return counted.cast(pl.Float64).to_numpy()


def _mismatch_text(table: pl.DataFrame, off: FloatArray) -> str:
    rows = table[ROW].to_numpy()[off > MISMATCH].tolist()
    start = (
        f"flops differ from 6ND by more than {MISMATCH:.0%} in {len(rows)} of {table.height} rows "
        f"({name_rows(rows)}; median difference {np.median(off):.0%}); "
    )
    return start + _likely_cause(table)


def _likely_cause(table: pl.DataFrame) -> str:
    counted = table["flops"].to_numpy()
    errors = {
        words: float(np.median(np.abs(candidate / counted - 1)))
        for words, candidate in _candidates(table).items()
    }
    best = min(errors, key=lambda words: errors[words])
    if errors[best] <= _EXPLAINS:
        return f"{best} would explain it (median difference {errors[best]:.1%})."
    above = float(np.median(counted / _six_nd(table))) > 1
    if above:
        return "params may leave out embeddings or the head, or flops count attention or recompute."
    return "params may count embeddings that flops leave out, or flops count active experts only."


def _candidates(table: pl.DataFrame) -> dict[str, FloatArray]:
    """Other ways to count, each as {words: FLOP of (n_runs,)}."""
    six_nd = pl.lit(FLOP_PER_PARAMETER_TOKEN) * pl.col("params") * pl.col("tokens")
    per_parameter = FLOP_PER_PARAMETER_TOKEN * pl.col("tokens")
    attention = per_parameter * pl.col("seq_len") * pl.col("width") * pl.col("depth")
    vocabulary = per_parameter * pl.col("vocab") * pl.col("width")
    counts = {
        "counting the forward pass only (2ND)": six_nd / 3,
        "recomputing activations (8ND)": six_nd * 4 / 3,
        "non-embedding parameters": per_parameter * pl.col("params_non_embedding"),
        "active parameters": per_parameter * pl.col("params_active"),
        "unique instead of processed tokens": six_nd / pl.col("tokens") * pl.col("tokens_unique"),
        "causal attention on top of 6ND": six_nd + attention,
        "full attention on top of 6ND": six_nd + 2 * attention,
        "an output head that params leave out": six_nd + vocabulary,
        "a vocabulary matrix that flops leave out": six_nd - vocabulary,
    }
    complete = {series.name for series in table if series.null_count() == 0}
    usable = [
        formula.cast(pl.Float64).alias(words)
        for words, formula in counts.items()
        if set(formula.meta.root_names()) <= complete
    ]
    return {series.name: series.to_numpy() for series in table.select(usable)}
