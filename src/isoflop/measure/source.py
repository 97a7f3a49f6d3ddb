"""Gets a raw table and its digest from a file or from a data frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from isoflop.core.errors import DataError
from isoflop.core.members import find_members
from isoflop.core.provenance import sha256

if TYPE_CHECKING:
    import narwhals as nw
    import polars as pl

    from isoflop.measure.importers.importer import Importer


@dataclass(frozen=True)
class Source:
    """A table as it came: nothing mapped, nothing left out."""

    name: str
    digest: str
    table: pl.DataFrame


def importers() -> tuple[Importer, ...]:
    """Every file format, in order of name."""
    return cast("tuple[Importer, ...]", find_members("isoflop.measure.importers", "IMPORTER"))


def open_source(source: object) -> Source:
    """A file by its suffix, or any eager data frame narwhals knows (pandas, polars, pyarrow).

    Raises
    ------
    DataError
        E201 to E209 for files, E221 for other objects.
    """
    found = _from_file(Path(source)) if isinstance(source, str | Path) else _from_frame(source)
    if found.table.height == 0:
        raise DataError(
            f"{found.name} has column names but no rows.",
            where=found.name,
            matters="there is nothing to learn from.",
            do="check that the runs were written to this file.",
            code="E203",
        )
    return found


def _from_file(path: Path) -> Source:
    known = {suffix: item for item in importers() for suffix in item.suffixes}
    content = _bytes(path)
    if path.suffix.lower() not in known:
        raise DataError(
            f"The format of {path.name} is not known by its suffix {path.suffix!r}.",
            where=str(path),
            matters="a guess could misread the numbers.",
            do=f"use one of: {' '.join(sorted(known))}",
            code="E207",
        )
    if not content.strip():
        raise DataError(
            f"{path.name} is empty.",
            where=str(path),
            matters="there is nothing to learn from.",
            do="check that the runs were written to this file.",
            code="E203",
        )
    table = known[path.suffix.lower()].read(content, path.name)
    return Source(path.name, sha256(content), table)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(
            f"There is no file {path}.",
            where=str(path),
            matters="nothing was read.",
            do=_neighbours(path),
            code="E201",
        ) from None
    except IsADirectoryError:
        raise DataError(
            f"{path} is a folder, a file is needed.",
            where=str(path),
            matters="nothing was read.",
            do=_neighbours(path / "x"),
            code="E202",
        ) from None
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} cannot be read: {error}.",
            where=str(path),
            matters="nothing was read.",
            do="check its permissions.",
            code="E202",
        ) from error


def _neighbours(path: Path) -> str:
    """Readable tables in the same folder, to put a slip right."""
    known = {suffix for item in importers() for suffix in item.suffixes}
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {folder} either; check the path."
    near = sorted(item.name for item in folder.iterdir() if item.suffix.lower() in known)[:5]
    return f"the folder holds: {', '.join(near)}" if near else "check the path."


def _from_frame(frame: object) -> Source:
    import narwhals as nw
    import polars as pl

    from isoflop.core.runs import table_digest
    from isoflop.measure.importers.importer import column

    # Any: narwhals accepts every data frame library; what it is not is refused below.
    native = cast("Any", frame)
    try:
        foreign = nw.from_native(native, eager_only=True)
    except TypeError as error:
        raise DataError(
            f"Runs cannot be read from {type(frame).__name__}.",
            where="source",
            matters="nothing was read.",
            do="pass a file path or a data frame of pandas, polars or pyarrow.",
            code="E221",
        ) from error
    table = pl.DataFrame([column(item.name, _cells(item)) for item in foreign.iter_columns()])
    name = f"{type(frame).__module__.split('.')[0]} data frame"
    return Source(name, table_digest(table), table)


def _cells(series: nw.Series[Any]) -> list[object]:
    """Missing is None, also where pandas writes NaN. Any: the column's native library."""
    pairs = zip(series.to_list(), series.is_null().to_list(), strict=True)
    return [None if missing else cell for cell, missing in pairs]
