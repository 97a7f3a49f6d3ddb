"""Apache Parquet: one row a document, its text in one column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from isoflop.core.errors import DataError
from isoflop.corpus.document import Document, Skipped
from isoflop.corpus.readers.reader import Reader
from isoflop.corpus.reading import Reading

_ROWS = 8192  # held in memory at once


def _read(path: Path, domain: str, reading: Reading) -> Iterator[Document | Skipped]:
    import polars as pl

    try:
        table = pl.scan_parquet(path, glob=False)
        schema = table.collect_schema()
        if schema.get(reading.field) != pl.String:
            raise _no_column(path, reading.field, dict(schema))
        column = table.select(reading.field)
        n_rows = column.select(pl.len()).collect().item()
        for start in range(0, n_rows, _ROWS):
            texts = column.slice(start, _ROWS).collect().to_series()
            for row, text in enumerate(texts, start=start + 1):
                where = f"{path}, row {row}"
                if text is None:
                    yield Skipped(domain, where, "empty")
                else:
                    yield reading.text(text, domain=domain, where=where)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(
            f"{path} cannot be read as Parquet: {error}.",
            where=str(path),
            matters="the file may be cut off or have the wrong suffix.",
            do="write it again, or rename it to what it is.",
            code="E455",
        ) from error


def _no_column(path: Path, field: str, schema: dict[str, object]) -> DataError:
    kind = schema.get(field)
    has = f"column {field!r} holds {kind}" if kind is not None else f"there is no column {field!r}"
    return DataError(
        f"{path} has no text to read: {has}.",
        where=str(path),
        matters="every row must hold one document.",
        do=f"name the column of text: --field NAME; the file has: {', '.join(sorted(schema))}.",
        code="E455",
    )


READER = Reader("parquet", (".parquet", ".pq"), _read)
