"""Renames and converts a foreign table into canonical columns; bad cells are kept aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from isoflop.core.errors import DataError
from isoflop.core.quantities import Quantity, is_canonical, quantity
from isoflop.core.runs import ROW, name_rows
from isoflop.measure.cells import Numbers, blank_as_null, read_numbers
from isoflop.measure.mapping import Proposal

MOST_BAD = 0.2  # larger shares of bad cells are a wrong column, not a few slips; assumption


@dataclass(frozen=True)
class Canonical:
    """The table after mapping.

    Parameters
    ----------
    table : canonical columns as float64 or text, further columns under their own names, ``row``.
    bad : {canonical column: {row: cell}} of cells that should be numbers.
    conversions : what was done to values, in sentences.
    """

    table: pl.DataFrame
    bad: Mapping[str, Mapping[int, str]]
    conversions: tuple[str, ...]


def to_canonical(raw: pl.DataFrame, applied: Mapping[str, Proposal], *, source: str) -> Canonical:
    """The mapped columns first, then the others, numeric where all their cells are.

    Raises
    ------
    DataError
        E213 if a column that must be numeric holds text in more than a fifth of its rows.
    """
    columns = {ROW: pl.Series(ROW, range(1, raw.height + 1), dtype=pl.Int64)}
    bad: dict[str, dict[int, str]] = {}
    conversions = []
    for target, proposal in applied.items():
        wanted = quantity(target)
        if wanted.kind == "text":
            columns[target] = _as_text(raw[proposal.foreign])
            continue
        numbers = read_numbers(raw[proposal.foreign], wanted.kind)
        _refuse_text(numbers, wanted, proposal.foreign, source)
        bad[target] = {position + 1: cell for position, cell in numbers.bad.items()}
        columns[target] = numbers.values * proposal.scale
        if proposal.scale != 1.0:
            conversions.append(f"{target} = {proposal.scale:g} times column '{proposal.foreign}'")
    used = {proposal.foreign for proposal in applied.values()}
    for name in raw.columns:
        if name not in used and not raw[name].dtype.is_nested():
            columns[_free_name(name, columns)] = _as_found(raw[name])
    table = pl.DataFrame([series.alias(name) for name, series in columns.items()])
    return Canonical(table, bad, tuple(conversions))


def refuse_bad_cells(canonical: Canonical, *, source: str) -> None:
    """Fail on the first bad cell: what is done when the rule "not_a_number" is kept off.

    Raises
    ------
    DataError
        E213 with file, row, column, value and what was expected.
    """
    for column, cells in canonical.bad.items():
        for row, cell in cells.items():
            raise _bad_cells(quantity(column), {row: cell}, column, source)


def _refuse_text(numbers: Numbers, wanted: Quantity, foreign: str, source: str) -> None:
    n_filled = numbers.n_good + len(numbers.bad)
    if len(numbers.bad) > MOST_BAD * n_filled:
        cells = {position + 1: cell for position, cell in numbers.bad.items()}
        raise _bad_cells(wanted, cells, foreign, source)


def _bad_cells(wanted: Quantity, cells: Mapping[int, str], foreign: str, source: str) -> DataError:
    row, cell = next(iter(cells.items()))
    form = "a count such as 7B or 1e21" if wanted.kind == "count" else "a number"
    return DataError(
        f"Column '{foreign}' should hold {wanted.name}, but row {row} holds {cell!r}.",
        where=f"{source}, column '{foreign}', {name_rows(list(cells))}; expected {form}",
        matters="a number read wrongly would bend the law.",
        do=f"correct the cells, or name another column with --map {wanted.column}=COLUMN.",
        code="E213",
    )


def _as_text(cells: pl.Series) -> pl.Series:
    if cells.dtype.is_float() and bool((cells.drop_nulls() % 1 == 0).all()):
        cells = cells.cast(pl.Int64, strict=False)
    return blank_as_null(cells.cast(pl.String))


def _as_found(cells: pl.Series) -> pl.Series:
    """An unmapped column: numbers if every cell is one, else text."""
    numbers = read_numbers(cells, "number")
    if not numbers.bad:
        return numbers.values
    return _as_text(cells)


def _free_name(name: str, columns: Mapping[str, pl.Series]) -> str:
    """Its own name, unless that means a quantity the column was not accepted for."""
    return f"{name}_in_source" if name in columns or is_canonical(name) else name
