"""Schedules as people write them: ``cosine,peak=3e-4,steps=24K,warmup=2K``, or a file of rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError, UsageError
from isoflop.core.quantities import parse_count
from isoflop.laws.schedule_shapes import SHAPES, Plan

_NEEDED = ("peak", "steps")
_KEYS = ("peak", "steps", "warmup", "decay")
_TABLES = (".csv", ".parquet", ".jsonl")


def rates_from(text: str) -> FloatArray:
    """Learning rate of every step, (n_steps,), from a description or a file.

    Parameters
    ----------
    text : ``NAME,peak=...,steps=...[,warmup=...][,decay=...]``, or a CSV, Parquet or JSONL file
        with the columns step and lr; between its rows rates lie on straight lines.

    Raises
    ------
    UsageError
        E536 if it is neither, E101 for an unknown name.

    Example
    -------
    >>> rates_from("linear,peak=1e-3,steps=4")
    array([0.001  , 0.00075, 0.0005 , 0.00025])
    """
    if Path(text).suffix.lower() in _TABLES:
        return _from_file(Path(text))
    return plan_from(text).rates


def plan_from(text: str) -> Plan:
    """The plan a description states; errors as :func:`rates_from`."""
    name, *pairs = [part.strip() for part in text.split(",")]
    given: dict[str, float] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or key.strip() not in _KEYS:
            raise _refused(text, f"'{pair}' is none of {', '.join(f'{k}=' for k in _KEYS)}")
        try:
            given[key.strip()] = parse_count(value)
        except DataError as error:
            raise _refused(text, f"'{value}' is not a number") from error
    missing = [key for key in _NEEDED if key not in given]
    if missing and name in SHAPES:
        raise _refused(text, f"it does not say {' and '.join(missing)}")
    whole = {key: given.get(key, 0.0) for key in ("steps", "warmup")}
    if any(value != int(value) for value in whole.values()):
        raise _refused(text, "steps are whole numbers")
    decay = {"decay": given["decay"]} if "decay" in given else {}
    return Plan(
        name, int(whole["steps"]), given.get("peak", 0.0), warmup=int(whole["warmup"]), **decay
    )


def schedules_from(texts: Sequence[str]) -> dict[str, FloatArray]:
    """``[RUN:]SCHEDULE`` texts as rates by run; ``""`` for all runs not named.

    Raises
    ------
    UsageError
        E536 as :func:`rates_from`, or if one run is described twice.
    """
    found: dict[str, FloatArray] = {}
    for text in texts:
        run, colon, schedule = text.partition(":")
        is_named = bool(colon) and "," not in run  # a description has commas before any colon
        name, described = (run, schedule) if is_named else ("", text)
        if name in found:
            raise _refused(text, "two schedules are given for one run (write RUN:SCHEDULE)")
        found[name] = rates_from(described)
    return found


def _from_file(path: Path) -> FloatArray:
    import polars as pl

    readers: dict[str, Callable[[Path], pl.DataFrame]] = {
        ".csv": pl.read_csv,
        ".parquet": pl.read_parquet,
        ".jsonl": pl.read_ndjson,
    }
    try:
        table = readers[path.suffix.lower()](path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _refused(str(path), "the file cannot be read") from error
    absent = [name for name in ("step", "lr") if name not in table.columns]
    if absent or not len(table):
        raise _refused(str(path), f"the file has no {' and no '.join(absent) or 'rows'}")
    columns = table.select("step", "lr").drop_nulls()
    if not all(kind.is_numeric() for kind in columns.dtypes):
        raise _refused(str(path), "step and lr are not numbers")
    steps, rates = (columns[name].cast(pl.Float64).to_numpy() for name in ("step", "lr"))
    if not len(steps) or steps[0] < 1 or (np.diff(steps) <= 0).any():
        raise _refused(str(path), "its steps do not rise from 1 on")
    every = np.arange(1.0, np.floor(steps[-1]) + 1.0)
    return np.asarray(np.interp(every, steps, rates))


def _refused(text: str, why: str) -> UsageError:
    return UsageError(
        f"This schedule cannot be used: {why}.",
        where=text,
        matters="the learning rate of every step is needed.",
        do=f"write NAME,peak=3e-4,steps=24000,warmup=2000,decay=0.2 with NAME of "
        f"{', '.join(SHAPES)}; or name a CSV file with the columns step and lr.",
        code="E536",
    )
