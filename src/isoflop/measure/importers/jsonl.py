"""JSON lines: one object a line, as training code logs them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from isoflop.core.errors import DataError
from isoflop.measure.importers.importer import Importer, column, decode

if TYPE_CHECKING:
    import polars as pl


def _read(content: bytes, source: str) -> pl.DataFrame:
    import polars as pl

    lines = [line for line in decode(content, source).split("\n") if line.strip()]
    records = [_record(line, row, len(lines), source) for row, line in enumerate(lines, start=1)]
    names = list(dict.fromkeys(name for record in records for name in record))
    return pl.DataFrame([column(name, [record.get(name) for record in records]) for name in names])


def _record(line: str, row: int, n_lines: int, source: str) -> dict[str, object]:
    """One object; an empty one for a last line cut off, as a killed process leaves it.

    The rule "missing" then counts that row as left out.
    """
    problem = 'it is not an object such as {"loss": 3.1}'
    try:
        record = json.loads(line)
        if isinstance(record, dict):
            return record
    except (ValueError, RecursionError) as error:
        if row == n_lines > 1:
            return {}
        problem = str(error)
    raise DataError(
        f"Line {row} is not one JSON object: {problem}.",
        where=f"{source}, line {row}: {line[:80]}",
        matters="every line must hold one run.",
        do="correct the line.",
        code="E209",
    )


IMPORTER = Importer("jsonl", (".jsonl", ".ndjson"), _read)
