"""Turns the cells of one column into numbers, and keeps those that are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isoflop.core.errors import DataError
from isoflop.core.quantities import Kind, parse_count

if TYPE_CHECKING:
    import polars as pl

MISSING = ("", "na", "n/a", "null", "none", "-", "--")  # assumption: what tools write for missing


@dataclass(frozen=True)
class Numbers:
    """One column read as numbers.

    Parameters
    ----------
    values : float64; null where the cell was empty or bad. NaN and infinity stay.
    bad : {0-based position: cell} of what is not a number.
    """

    values: pl.Series
    bad: Mapping[int, str]

    @property
    def n_good(self) -> int:
        """Cells that hold a number."""
        return len(self.values) - self.values.null_count()


def read_numbers(cells: pl.Series, kind: Kind) -> Numbers:
    """Numbers of a column; counts may be written 7B, 1_000 or 1,000."""
    import polars as pl

    if cells.dtype.is_numeric() or cells.dtype == pl.Boolean:
        return Numbers(cells.cast(pl.Float64), {})
    if cells.dtype in (pl.Categorical, pl.Enum):
        cells = cells.cast(pl.String)
    if cells.dtype != pl.String:
        texts = {i: str(cell) for i, cell in enumerate(cells.to_list()) if cell is not None}
        return Numbers(pl.Series(cells.name, [None] * len(cells), dtype=pl.Float64), texts)
    clean = blank_as_null(cells)
    values = clean.cast(pl.Float64, strict=False)
    failed = (values.is_null() & clean.is_not_null()).arg_true().to_list()
    parsed = {i: _parse(str(clean[i]), kind) for i in failed}
    good = {i: number for i, number in parsed.items() if number is not None}
    filled = values.scatter(list(good), list(good.values())) if good else values
    return Numbers(filled, {i: str(clean[i]) for i in failed if parsed[i] is None})


def blank_as_null(cells: pl.Series) -> pl.Series:
    """Text with the usual words for missing turned into null."""
    stripped = cells.str.strip_chars()
    return stripped.set(stripped.str.to_lowercase().is_in(MISSING).fill_null(False), None)


def _parse(cell: str, kind: Kind) -> float | None:
    if kind != "count":
        return None
    try:  # a negative count is a number: the rule of that name tells why its row cannot be used
        return -parse_count(cell[1:]) if cell.startswith("-") else parse_count(cell)
    except DataError:
        return None
