"""The digest of a table: the same for equal values, on every machine and from every format."""

from __future__ import annotations

import hashlib
import json

import polars as pl


def table_digest(table: pl.DataFrame) -> str:
    """sha256 over names, types and values of a table, columns in order of name."""
    digest = hashlib.sha256()
    for name in sorted(table.columns):
        series = table[name]
        numeric = series.dtype.is_numeric() or series.dtype == pl.Boolean
        digest.update(json.dumps([name, numeric, series.is_null().to_list()]).encode())
        if numeric:
            digest.update(series.cast(pl.Float64).fill_null(0.0).to_numpy().astype("<f8").tobytes())
        else:
            digest.update(json.dumps([label(value) for value in series.to_list()]).encode())
    return digest.hexdigest()


def label(value: object) -> str:
    """A cell as text: whole numbers without a point, missing as an empty string."""
    if value is None:
        return ""
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return str(int(value)) if whole and isinstance(value, float) else str(value)
