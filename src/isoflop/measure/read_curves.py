"""Reads a table of training curves, one row per logged step, as runs are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from isoflop.core.conventions import LossUnit, ParameterCount
from isoflop.core.curves import Curves
from isoflop.core.runs import Runs
from isoflop.measure.declare import judge_declarations
from isoflop.measure.read_runs import read_cleaned

NOT_FOR_STEPS = ("duplicate", "diverged", "loss_in_bits")
"""Rules that judge finished runs: early losses are high, and a repeated step is an error."""


def read_curves(
    source: object,
    *,
    mapping: Mapping[str, str] | str | Path | None = None,
    params: ParameterCount = "unknown",
    loss_unit: LossUnit = "unknown",
    tokens_per_byte: float | None = None,
    where: Sequence[str] = (),
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
) -> Curves:
    """Read logged steps from a file or a data frame; options as in ``read_runs``.

    Without a column that names the runs, the table is taken for one run, called as its file.
    The rules duplicate, diverged and loss_in_bits are off; ``drop`` switches one on.

    Raises
    ------
    DataError
        E340 if a row does not say its run or step, E341 if the steps of a run do not rise, and all
        of ``read_runs``.
    """
    runs = read_cleaned(
        source,
        mapping=mapping,
        params=params,
        loss_unit=loss_unit,
        tokens_per_byte=tokens_per_byte,
        where=where,
        drop=drop,
        keep=(*keep, *NOT_FOR_STEPS),
    )
    named = _named(runs)
    curves = Curves(named.table, named.conventions, named.provenance)
    # Magnitudes are judged where training ended, but told of the whole table.
    notes = judge_declarations(curves.final()).provenance.notes
    return replace(curves, provenance=replace(curves.provenance, notes=notes))


def _named(runs: Runs) -> Runs:
    import polars as pl

    if "run_id" in runs.columns:
        return runs
    name = Path(runs.provenance.source).stem
    table = runs.table.with_columns(run_id=pl.lit(name))
    return replace(runs, table=table).noted(f"no column names the runs: all rows are run '{name}'")
