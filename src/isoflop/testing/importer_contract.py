"""What every importer keeps: cells as written, every row, errors with their place. For anyone's.

Each check takes an importer and the bytes of ``TABLE`` in its format, and raises AssertionError
with a sentence; ``CHECKS`` holds them by name::

    @pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
    def test_my_format(check):
        check(IMPORTER, Path("table.myformat").read_bytes())
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from isoflop.core.errors import DataError
from isoflop.measure.cells import read_numbers
from isoflop.measure.importers.importer import Importer

if TYPE_CHECKING:
    import polars as pl

TABLE: dict[str, list[str | float | None]] = {
    "run_id": ["a", "b", "c", "d"],
    "params": ["7B", "70M", "125m", "1_000"],
    "tokens": [1e9, 2.5e12, 6e20, 2e10],
    "größe µ": ["x, y", 'she said "z"', "µ", " "],
    "loss": [3.25, None, 2.75, -1.5],
}
"""Counts as people write them, a count beyond 64-bit integers, a missing value, text to quote."""

SOURCE = "table.in-a-test"
_CUTS = (0.1, 0.3, 0.5, 0.7, 0.9, 0.99)  # shares of a file that a killed process leaves
_GARBAGE = (b"\x00\xff\xfe\x00", b"PAR1\xff" * 8, b"\x89PNG\r\n\x1a\n" + bytes(range(256)))


def check_suffixes_are_usable(importer: Importer, content: bytes) -> None:
    """A name, and suffixes with a dot in lower case."""
    assert importer.name, "an importer needs a name."
    assert importer.suffixes, f"{importer.name}: no suffix, so no file would ever be read by it."
    for suffix in importer.suffixes:
        usable = suffix.startswith(".") and suffix == suffix.lower() and len(suffix) > 1
        assert usable, f"{importer.name}: {suffix!r} is no suffix in lower case with a dot."


def check_every_cell_is_kept(importer: Importer, content: bytes) -> None:
    """All rows and columns in order; text as written, numbers exact, missing as null."""
    table = importer.read(content, SOURCE)
    assert table.columns == list(TABLE), f"{importer.name}: columns are {table.columns}."
    assert table.height == len(TABLE["loss"]), f"{importer.name}: {table.height} rows."
    for name, wanted in TABLE.items():
        found = _cells(table, name)
        expected = [_blank(cell) for cell in wanted]
        assert found == expected, f"{importer.name}: '{name}' is {found}, written was {expected}."


def check_reading_twice_is_the_same(importer: Importer, content: bytes) -> None:
    """Equal bytes give equal tables, whatever was read in between."""
    first = importer.read(content, SOURCE)
    _outcome(importer, content[: len(content) // 2])
    assert first.equals(importer.read(content, SOURCE)), f"{importer.name}: two readings differ."


def check_a_cut_file_is_refused_or_shorter(importer: Importer, content: bytes) -> None:
    """A file cut off anywhere gives whole rows of the table, or a DataError."""
    whole = importer.read(content, SOURCE)
    for share in _CUTS:
        table = _outcome(importer, content[: int(share * len(content))])
        if table is None:
            continue
        # The last row may be cut; those before it are as they were.
        sure = max(table.height - 1, 0)
        same = [name for name in table.columns if name in whole.columns]
        kept = all(_cells(table, n)[:sure] == _cells(whole, n)[:sure] for n in same)
        assert kept, f"{importer.name}: cut at {share:.0%}, rows before the cut changed."
        assert table.height <= whole.height, f"{importer.name}: cut at {share:.0%}, rows appear."


def check_garbage_is_refused_with_its_name(importer: Importer, content: bytes) -> None:
    """What is no such file is a DataError that names the source, never another exception."""
    for garbage in _GARBAGE:
        error = _refusal(importer, garbage)
        assert error is not None, f"{importer.name}: {garbage[:8]!r} is taken for a table."
        assert SOURCE in str(error), f"{importer.name}: the error does not name the source."
        assert error.do, f"{importer.name}: the error does not say what to do."


def _outcome(importer: Importer, content: bytes) -> pl.DataFrame | None:
    """The table, or None where the importer refuses as it should."""
    if _refusal(importer, content) is not None:
        return None
    return importer.read(content, SOURCE)


def _refusal(importer: Importer, content: bytes) -> DataError | None:
    """The DataError an importer refuses bytes with; None if it reads them."""
    try:
        importer.read(content, SOURCE)
    except DataError as error:
        return error
    except Exception as error:
        start = f"{importer.name}: {content[:8]!r}... ({len(content)} bytes)"
        raise AssertionError(f"{start} raise {error!r}, not a DataError.") from error
    return None


def _cells(table: pl.DataFrame, name: str) -> list[str | float | None]:
    """Cells as the reader sees them: numbers where the whole column is numbers."""
    series = table[name]
    numbers = read_numbers(series, "number")
    if not numbers.bad and isinstance(TABLE.get(name, [""])[0], float):
        return numbers.values.to_list()
    return [None if cell is None else _blank(str(cell)) for cell in series.to_list()]


def _blank(cell: str | float | None) -> str | float | None:
    """A blank cell and a missing one are the same."""
    return (cell.strip() or None) if isinstance(cell, str) else cell


CHECKS: dict[str, Callable[[Importer, bytes], None]] = {
    name.removeprefix("check_"): check
    for name, check in list(globals().items())
    if name.startswith("check_")
}
