"""What every file format must tell: its name, its suffixes, and how bytes become a raw table."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isoflop.core.errors import DataError

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Importer:
    """One file format.

    Parameters
    ----------
    name : "csv".
    suffixes : file endings with the dot, lower case.
    read : (bytes, source name) -> table; text cells stay text, nothing is converted or left out.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[bytes, str], pl.DataFrame]


def decode(content: bytes, source: str) -> str:
    """UTF-8 text of a file, with or without a byte-order mark.

    Raises
    ------
    DataError
        E204, with the line of the first byte that is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{source} is not UTF-8 text: byte 0x{content[error.start]:02x} in line {line}.",
            where=f"{source}, line {line}",
            matters="names and numbers cannot be read reliably.",
            do="save the file as UTF-8 (a spreadsheet offers 'CSV UTF-8').",
            code="E204",
        ) from error


def column(name: str, cells: Sequence[object]) -> pl.Series:
    """Numbers if all cells are, else text: a mixed column is judged later, cell by cell."""
    import polars as pl

    if all(cell is None or isinstance(cell, int | float) for cell in cells):
        numbers = [float(cell) if isinstance(cell, int | float) else None for cell in cells]
        return pl.Series(name, numbers, dtype=pl.Float64)
    return pl.Series(name, [_text(cell) for cell in cells], dtype=pl.String)


def _text(cell: object) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    return json.dumps(cell, default=str)
