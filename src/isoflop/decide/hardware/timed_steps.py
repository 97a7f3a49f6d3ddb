"""Reads timed steps of one's own: a table with one row a layout and its seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from isoflop.core.errors import DataError, IsoflopError
from isoflop.core.flops import Shape
from isoflop.decide.hardware.layout import Job, Layout, checked
from isoflop.decide.hardware.model import Model

NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "depth": ("n_layers", "n_layer", "layers"),
        "width": ("d_model", "hidden", "d"),
        "heads": ("n_heads", "n_head"),
        "kv_heads": ("n_kv_heads",),
        "d_ff": (),
        "vocab": ("vocab_size",),
        "seq_len": ("sequence_length",),
        "gated": (),
        "tied": (),
        "flash": (),
        "dropout": (),
        "experts": (),
        "top_k": (),
        "batch": ("global_batch_seqs", "global_batch"),
        "micro_batch": ("micro_batch_seqs", "micro_batch_size"),
        "data": ("data_parallel", "dp"),
        "tensor": ("tensor_parallel", "tp"),
        "pipeline": ("pipeline_parallel", "pp"),
        "context": ("context_parallel", "cp"),
        "expert": ("expert_parallel", "ep"),
        "virtual": (),
        "zero": ("zero_stage",),
        "recompute": (),
        "sequence_parallel": (),
        "precision": (),
        "optimizer": (),
        "seconds": ("step_seconds",),
        "milliseconds": ("iteration_time_ms", "step_ms"),
    }
)
"""Columns of a table of timed steps, with other names they go by."""
_NEEDED = ("depth", "width", "heads", "vocab", "seq_len", "batch", "micro_batch")
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0")


@dataclass(frozen=True)
class TimedStep:
    """One layout and what a step of it took."""

    job: Job
    layout: Layout
    seconds: float


def read_steps(path: Path, given: Mapping[str, str] | None = None) -> tuple[TimedStep, ...]:
    """The timed steps of a CSV, Parquet or JSONL file.

    Parameters
    ----------
    given : values for columns the file lacks: {"vocab": "51200", "recompute": "full"}.

    Raises
    ------
    DataError
        E585 for a file that cannot be read, a column or value missing, a row that cannot be.
    """
    rows = _rows(path)
    fixed = {_name(column, path): value for column, value in (given or {}).items()}
    named = [_named(row) | fixed for row in rows]
    columns = set().union(*named) if named else set()
    missing = [name for name in _NEEDED if name not in columns]
    if not {"seconds", "milliseconds"} & columns:
        missing.append("seconds")
    if missing:
        raise _unusable(
            f"There is no column {', '.join(missing)}.",
            str(path),
            "name it so, or give it for all rows: --given vocab=51200.",
        )
    return tuple(_step(row, f"{path}, row {i}") for i, row in enumerate(named, start=1))


def _rows(path: Path) -> list[dict[str, Any]]:  # Any: cells of the user's table
    import polars as pl

    readers: dict[str, Callable[[Path], pl.DataFrame]] = {
        ".csv": pl.read_csv,
        ".parquet": pl.read_parquet,
        ".jsonl": pl.read_ndjson,
    }
    reader = readers.get(path.suffix)
    if reader is None:
        raise _unusable(
            f"'{path.suffix}' is not read here.", str(path), "use .csv, .jsonl, .parquet."
        )
    try:
        return reader(path).to_dicts()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _unusable(
            f"The table cannot be read: {error}.", str(path), "check the file."
        ) from error


def _known() -> dict[str, str]:
    return {other: name for name, others in NAMES.items() for other in (name, *others)}


def _name(column: str, path: Path) -> str:
    found = _known().get(column)
    if found is None:
        legal = ", ".join(NAMES)
        raise _unusable(f"'{column}' is no column of timed steps.", str(path), f"use: {legal}.")
    return found


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    known = _known()
    return {known[key]: value for key, value in row.items() if key in known and value is not None}


def _step(row: Mapping[str, Any], where: str) -> TimedStep:
    try:
        shape = Shape(
            n_layer=_whole(row["depth"]),
            d=_whole(row["width"]),
            vocab=_whole(row["vocab"]),
            seq_len=_whole(row["seq_len"]),
            n_head=_whole(row["heads"]),
            n_kv_head=_whole(row["kv_heads"]) if "kv_heads" in row else None,
            d_ff=_whole(row["d_ff"]) if "d_ff" in row else None,
            gated=_flag(row.get("gated", False)),
            tied=_flag(row.get("tied", True)),
        )
        model = Model(
            shape,
            experts=_whole(row.get("experts", 1)),
            top_k=_whole(row.get("top_k", 1)),
            dropout=_flag(row.get("dropout", False)),
            flash=_flag(row.get("flash", True)),
        )
        precision, optimizer = str(row.get("precision", "bf16")), str(row.get("optimizer", "adam"))
        job = Job(model, _whole(row["batch"]), precision, optimizer)
        degrees = ("data", "tensor", "pipeline", "context", "expert", "virtual", "micro_batch")
        layout = Layout(
            **{name: _whole(row.get(name, 1)) for name in degrees},
            zero=_whole(row.get("zero", 1)),  # type: ignore[arg-type]  # checked below
            recompute=row.get("recompute", "none"),
            sequence_parallel=_flag(row.get("sequence_parallel", True)),
        )
        seconds = float(row["seconds"]) if "seconds" in row else 1e-3 * float(row["milliseconds"])
        if not 0.0 < seconds < float("inf"):
            raise ValueError(f"a step of {seconds:g} s")
        return TimedStep(job, checked(job, layout), seconds)
    except (KeyError, ValueError, TypeError, IsoflopError) as error:
        what = error.what if isinstance(error, IsoflopError) else str(error)
        raise _unusable(f"A row cannot be used: {what}", where, "correct the row.") from error


def _whole(value: object) -> int:
    number = float(str(value))
    if number != int(number):
        raise ValueError(f"{value} is not a whole number")
    return int(number)


def _flag(value: object) -> bool:
    text = str(value).lower()
    if text not in (*_YES, *_NO):
        raise ValueError(f"{value!r} is neither true nor false")
    return text in _YES


def _unusable(what: str, where: str, do: str) -> DataError:
    return DataError(
        what,
        where=where,
        matters="coefficients fitted to it would be wrong.",
        do=do,
        code="E585",
    )
