"""Plain text: one file, one document, or as many as a separator cuts it into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from isoflop.corpus.document import Document, Skipped
from isoflop.corpus.readers.reader import Reader, opened
from isoflop.corpus.reading import Reading

_CHUNK = 1 << 20  # bytes read at once


def _read(path: Path, domain: str, reading: Reading) -> Iterator[Document | Skipped]:
    with opened(path) as handle:
        if reading.separator is None:
            yield reading.document(handle.read(), domain=domain, where=str(path))
            return
        for offset, piece in _pieces(handle, reading.separator_bytes()):
            if piece.strip():
                yield reading.document(piece, domain=domain, where=str(path), offset=offset)


def _pieces(handle: IO[bytes], separator: bytes) -> Iterator[tuple[int, bytes]]:
    """(offset of the piece, its bytes) between separators; holds one piece and one chunk."""
    offset, rest = 0, b""
    while chunk := handle.read(_CHUNK):
        *whole, rest = (rest + chunk).split(separator)
        for piece in whole:
            yield offset, piece
            offset += len(piece) + len(separator)
    yield offset, rest


READER = Reader("text", (), _read)
