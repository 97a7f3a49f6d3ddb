"""Text tables with a header: the words that CSV and TSV share."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from isoflop.core.errors import DataError
from isoflop.measure.importers.importer import decode

if TYPE_CHECKING:
    import polars as pl

_MAX_CELL = 1 << 20  # assumption: a cell of more than a megabyte is a broken quote


def read_delimited(content: bytes, source: str, *, separators: str) -> pl.DataFrame:
    """A table of text cells; empty cells are null.

    Parameters
    ----------
    separators : candidates; the one most frequent in the header is taken.

    Raises
    ------
    DataError
        E204 not UTF-8, E205 no header or no rows, E206 column named twice, E208 ragged row.
    """
    import polars as pl

    text = decode(content, source)
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(separators, key=first_line.count)
    lines = _lines(text, source, separator)
    header = [name.strip() for name in next(lines, [])]
    check_header(header, source)
    rows = list(lines)
    _check_width(header, rows, source)
    cells = {
        name: [(row[i].strip() or None) if i < len(row) else None for row in rows]
        for i, name in enumerate(header)
    }
    return pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String))


def check_header(header: list[str], source: str) -> None:
    """Refuse a header that is missing, is itself numbers, or names a column twice.

    Raises
    ------
    DataError
        E205 or E206.
    """
    if not any(header) or all(_is_number(name) for name in header):
        raise DataError(
            f"{source} has no header row.",
            where=f"{source}, line 1: {', '.join(header)[:80] or 'empty'}",
            matters="columns are found by their names.",
            do="put the column names in the first line, for example: params,tokens,loss",
            code="E205",
        )
    blank = [i + 1 for i, name in enumerate(header) if not name]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice or len(blank) > 1:
        what = f"{', '.join(twice)}" if twice else f"empty names in positions {blank}"
        raise DataError(
            f"Two columns of {source} have the same name: {what}.",
            where=f"{source}, header",
            matters="it is not clear which one is meant.",
            do="rename one of them.",
            code="E206",
        )


def _lines(text: str, source: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error as error:
        raise DataError(
            f"{source} cannot be read as a table: {error}.",
            where=f"{source}, near line {reader.line_num}",
            matters="a quote that is not closed swallows the rows after it.",
            do="correct that line.",
            code="E209",
        ) from error


def _check_width(header: list[str], rows: list[list[str]], source: str) -> None:
    """Only the last row may be short: a killed process leaves one."""
    for number, row in enumerate(rows, start=1):
        if len(row) > len(header) or (len(row) < len(header) and number < len(rows)):
            raise DataError(
                f"Row {number} has {len(row)} cells, the header has {len(header)}.",
                where=f"{source}, data row {number}: {','.join(row)[:80]}",
                matters="values would slip into other columns.",
                do="correct the row; a number such as 1,000 needs quotes.",
                code="E208",
            )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
