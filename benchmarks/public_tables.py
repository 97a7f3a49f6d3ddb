"""Public tables of sizes, tokens, compute and loss; they are read, never kept in the repository."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from isoflop.core.conventions import Conventions
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs

PORIAN = ["dataset", "hparams", "warmup", "lr_decay", "count"]


def data_folder() -> Path:
    """``$ISOFLOP_DATA``, or ``../shared/data``."""
    return Path(os.environ.get("ISOFLOP_DATA") or "../shared/data")


def chinchilla() -> Runs:
    """The 240 runs of besiroglu2024."""
    table = _read("chinchilla-digitised/runs.csv")
    return _runs("chinchilla-digitised", table.filter(outlier_dropped_by_besiroglu=0))


def other_tables() -> Iterator[tuple[str, Runs]]:
    """(name, runs) of marin, porian, gadre and misfitting-c4, one per corpus and recipe."""
    marin = _read("marin-isoflop-2026-03/runs.csv").with_columns(flops="flops_6nd")
    yield from _by(marin, ["dataset"], "marin")
    porian = _read("porian-kaplan-vs-chinchilla/isoflop_points.csv")
    yield from _by(porian.filter(pl.col("loss_split") != "train"), PORIAN, "porian")
    gadre = _read("gadre-overtraining/runs.csv").with_columns(loss="loss_c4_val")
    yield from _by(gadre, ["train_set"], "gadre")
    misfitting = _read("misfitting-c4/runs.csv").filter(best_lr_for_run=1)
    misfitting = misfitting.with_columns(loss="loss_c4_eval", flops="flops_6nd")
    yield "misfitting-c4", _runs("misfitting-c4", misfitting)


def _by(table: pl.DataFrame, keys: list[str], name: str) -> Iterator[tuple[str, Runs]]:
    for values, part in sorted(table.partition_by(keys, as_dict=True).items(), key=str):
        label = f"{name} {'/'.join(map(str, values))}"
        yield label, _runs(label, part)


def _runs(name: str, table: pl.DataFrame) -> Runs:
    table = table.select("params", "tokens", "flops", "loss").drop_nulls()
    return Runs(table.with_row_index("row", offset=1), Conventions(), Provenance(name, name))


def _read(path: str) -> pl.DataFrame:
    return pl.read_csv(data_folder() / path, infer_schema_length=None)
