"""What every file format must tell: its name, its suffixes, and how a file becomes documents."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from isoflop.core.errors import DataError
from isoflop.corpus.document import Document, Skipped
from isoflop.corpus.reading import Reading

ReadFile = Callable[[Path, str, Reading], Iterator[Document | Skipped]]


@dataclass(frozen=True)
class Reader:
    """One file format.

    Parameters
    ----------
    name : "jsonl".
    suffixes : file endings with the dot, lower case, without ``.gz``; empty for all others.
    read : (path, domain, reading) -> documents, one at a time.
    """

    name: str
    suffixes: tuple[str, ...]
    read: ReadFile


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file's bytes, unpacked if its name ends in ``.gz``.

    Raises
    ------
    DataError
        E452 if the file cannot be read or its compression is damaged.
    """
    try:
        is_packed = path.suffix.lower() == ".gz"
        with gzip.open(path) if is_packed else path.open("rb") as handle:
            yield cast("BinaryIO", handle)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{path} cannot be read: {error}.",
            where=str(path),
            matters="a corpus with a hole is not the corpus that was asked for.",
            do="check its permissions, or fetch the file again.",
            code="E452",
        ) from error
