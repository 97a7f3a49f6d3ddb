"""Counts parameters or compute of runs in another way, from the shape of their models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, get_args

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray
from isoflop.core.conventions import FlopFormula, ParameterCount
from isoflop.core.errors import ConventionError, UsageError, unknown_name
from isoflop.core.flops import FLOPS_PER_TOKEN, Shape, flops_per_token
from isoflop.core.table import EvidenceTable, name_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

Table = TypeVar("Table", bound=EvidenceTable)
ShapeValue: TypeAlias = float | bool | str
"""A number for all runs, or the name of the column that holds it."""

PARTS = {
    "depth": "n_layer",
    "width": "d",
    "vocab": "vocab",
    "seq_len": "seq_len",
    "heads": "n_head",
    "kv_heads": "n_kv_head",
    "d_head": "d_head",
    "d_ff": "d_ff",
    "gated": "gated",
    "tied": "tied",
}
"""Name in the table -> field of :class:`isoflop.core.flops.Shape`."""

NEEDED = ("depth", "width", "vocab", "seq_len", "heads")
_SWITCHES = ("gated", "tied")
_COLUMN_OF: dict[str, str] = {"non_embedding": "params_non_embedding", "active": "params_active"}
_SIX_ND = 6.0  # kaplan2020: 2 forward, 4 backward


def recount(
    runs: Table,
    params: ParameterCount | None,
    flops: FlopFormula | None,
    shape: Mapping[str, ShapeValue],
) -> Table:
    """The same rows under other conventions; see :meth:`isoflop.core.runs.Runs.recount`."""
    for name in shape:
        if name not in PARTS:
            raise unknown_name("part of a shape", name, PARTS, "isoflop explain E345")
    if params is None and flops is None:
        raise UsageError(
            "It was not said what to count in another way.",
            where="recount",
            matters="nothing was changed.",
            do="give params ('total'), flops ('kaplan'), or both.",
            code="E344",
        )
    counted = runs if params is None else _with_params(runs, params, shape)
    return counted if flops is None else _with_flops(counted, flops, shape)


def _with_params(runs: Table, wanted: ParameterCount, shape: Mapping[str, ShapeValue]) -> Table:
    now = runs.conventions.params
    if wanted == now and wanted != "unknown":
        return runs
    matrices = _matrices(runs, shape)
    _refuse_uncountable(runs, now, wanted, matrices)
    size = runs.values("params")
    added = (matrices[wanted] - matrices[now]) * _part(runs, "vocab", shape)
    counted = size + added * _part(runs, "width", shape)
    if (counted <= 0).any():
        raise ConventionError(
            f"Recounted as {wanted}, a size would be {counted.min():.4g}.",
            where=f"{runs.provenance.source}, {name_rows(runs.rows[counted <= 0].tolist())}",
            matters="the vocabulary cannot hold more weights than the model.",
            do=f"check that params count {now} now, and vocab and width.",
            code="E344",
        )
    table = runs.table.with_columns(
        pl.col("params").alias(_COLUMN_OF.get(now, "params_other")),
        pl.Series("params", counted),
    )
    known = replace(runs.conventions, params=wanted)
    words = f"params recounted from {now} to {wanted}"
    if known.flops == "6ND":
        # Its N is no longer the one in the table, and the numbers were not touched.
        known = replace(known, flops="reported")
        words += "; flops are 6ND of the former count"
    return replace(runs, table=table, conventions=known).noted(words)


def _matrices(runs: EvidenceTable, shape: Mapping[str, ShapeValue]) -> dict[str, FloatArray]:
    """Vocabulary matrices that each way to count includes, (n_runs,)."""
    ones = np.ones(len(runs))
    tied = _part(runs, "tied", shape) if _has(runs, "tied", shape) else ones
    return {"non_embedding": 0 * ones, "tied": ones, "total": 2 * ones - (tied != 0)}


def _refuse_uncountable(
    runs: EvidenceTable, now: str, wanted: str, matrices: Mapping[str, FloatArray]
) -> None:
    if wanted not in get_args(ParameterCount):
        raise unknown_name("size count", wanted, matrices, "isoflop read --help")
    unknown = next((name for name in (now, wanted) if name not in matrices), None)
    if unknown is None:
        return
    first = unknown == now
    raise ConventionError(
        f"Sizes cannot be recounted {'from' if first else 'to'} '{unknown}'.",
        where=f"{runs.provenance.source}, column 'params'",
        matters="only the vocabulary matrices can be added or taken away.",
        do="declare what params count (--params)" if first else f"use one of {', '.join(matrices)}",
        code="E344",
    )


def _with_flops(runs: Table, formula: FlopFormula, shape: Mapping[str, ShapeValue]) -> Table:
    if formula not in FLOPS_PER_TOKEN:
        raise unknown_name("FLOP formula", formula, FLOPS_PER_TOKEN, "isoflop explain W110")
    if formula == "6ND":
        per_token = _SIX_ND * runs.values("params")
    else:
        per_token = _per_token(runs, formula, shape)
    counted = pl.Series("flops", per_token * runs.values("tokens"))
    before = runs.conventions.flops
    known = replace(runs.conventions, flops=formula)
    stale = [name for name in ("flops_convention",) if name in runs.columns]
    return replace(
        runs, table=runs.table.with_columns(counted).drop(stale), conventions=known
    ).noted(f"flops recounted by the formula {formula} (before: {before})")


def _per_token(
    runs: EvidenceTable, formula: FlopFormula, shape: Mapping[str, ShapeValue]
) -> FloatArray:
    """FLOP per token of each run, (n_runs,)."""
    missing = [name for name in NEEDED if not _has(runs, name, shape)]
    if missing:
        raise ConventionError(
            f"The formula {formula} needs {', '.join(missing)}, which the runs do not have.",
            where=f"{runs.provenance.source} has: {', '.join(runs.columns)}",
            matters="compute by this formula depends on the shape of the model.",
            do=f"map the columns, or give a number for all runs: {missing[0]}=1024.",
            code="E345",
        )
    given = [name for name in PARTS if _has(runs, name, shape)]
    cells = np.column_stack([_part(runs, name, shape) for name in given])
    distinct, which = np.unique(cells, axis=0, return_inverse=True)
    # One by one, because a shape checks itself and counts in exact integers.
    counts = [float(flops_per_token(_shape(given, row), formula)) for row in distinct]
    return np.array(counts)[which.ravel()]


def _shape(names: Sequence[str], row: FloatArray) -> Shape:
    # Any: two fields are switches, the others whole numbers.
    fields: dict[str, Any] = {
        PARTS[name]: bool(cell) if name in _SWITCHES else int(cell)
        for name, cell in zip(names, row, strict=True)
    }
    return Shape(**fields)


def _has(runs: EvidenceTable, name: str, shape: Mapping[str, ShapeValue]) -> bool:
    return name in shape or name in runs.columns


def _part(runs: EvidenceTable, name: str, shape: Mapping[str, ShapeValue]) -> FloatArray:
    """One part of the shape of each run, whole numbers, (n_runs,)."""
    value = shape.get(name, name)
    if isinstance(value, str):
        cells = runs.values(runs.named(value))
    else:
        cells = np.full(len(runs), float(value))
    least = 0 if name in _SWITCHES else 1
    wrong = ~(np.isfinite(cells) & (cells >= least) & (cells == np.floor(cells)))
    if wrong.any():
        raise ConventionError(
            f"{name} is {cells[wrong][0]:g} in {int(wrong.sum())} runs.",
            where=f"{runs.provenance.source}, {name_rows(runs.rows[wrong].tolist())}",
            matters="the parts of a shape are whole numbers.",
            do=f"correct the rows, or give {name} as a number for all runs.",
            code="E345",
        )
    return cells
