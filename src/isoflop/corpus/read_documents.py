"""Reads folders and files of text as a stream of documents, in an order that never changes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import cast

from isoflop.core.errors import DataError
from isoflop.core.members import find_members
from isoflop.corpus.document import Document, Skipped
from isoflop.corpus.readers.reader import Reader
from isoflop.corpus.reading import Reading
from isoflop.corpus.source import Source


def read_documents(
    sources: Sequence[Source], reading: Reading | None = None, only: Sequence[str] = ()
) -> Iterator[Document | Skipped]:
    """All documents, source by source, files in order of their names.

    Hidden files and folders and links to folders are passed over.

    Parameters
    ----------
    only : patterns of file names such as ``*.py``; all files when empty.

    Raises
    ------
    DataError
        E201 no such path, E452 nothing to read, E453 undecodable, E454 JSONL, E455 Parquet.
    """
    chosen = reading or Reading()
    for source in sources:
        is_empty = True
        for path in files_of(source.path, only):
            for item in _reader(path).read(path, source.domain, chosen):
                is_empty = False
                yield item
        if is_empty:
            raise _nothing(source, only)


def files_of(path: Path, only: Sequence[str] = ()) -> Iterator[Path]:
    """A file itself, or the files of a folder whose names fit a pattern, in order of name.

    Raises
    ------
    DataError
        E201 if the path does not exist.
    """
    if not path.exists():
        raise DataError(
            f"There is no file or folder {path}.",
            where=str(path),
            matters="nothing was written.",
            do="check the path.",
            code="E201",
        )
    if path.is_file():
        yield path
        return
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            is_wanted = not only or any(fnmatchcase(name, pattern) for pattern in only)
            if is_wanted and not name.startswith(".") and (file := Path(folder, name)).is_file():
                yield file


def _reader(path: Path) -> Reader:
    """By the suffix; what no format claims is plain text."""
    known = cast("tuple[Reader, ...]", find_members("isoflop.corpus.readers", "READER"))
    name = path.name.lower().removesuffix(".gz")
    by_suffix = {suffix: reader for reader in known for suffix in reader.suffixes}
    plain = next(reader for reader in known if not reader.suffixes)
    return by_suffix.get(Path(name).suffix, plain)


def _nothing(source: Source, only: Sequence[str]) -> DataError:
    wanted = f" named like {' or '.join(only)}" if only else ""
    return DataError(
        f"{source.path} holds no documents{wanted}.",
        where=f"domain {source.domain}, {source.path}",
        matters="a domain without text can neither be trained on nor evaluated.",
        do="check the path and --only; hidden files are passed over.",
        code="E452",
    )
