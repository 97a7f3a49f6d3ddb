"""JSON lines: one object a line, its text in one field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from isoflop.core.errors import DataError
from isoflop.corpus.document import Document, Skipped
from isoflop.corpus.readers.reader import Reader, opened
from isoflop.corpus.reading import Reading


def _read(path: Path, domain: str, reading: Reading) -> Iterator[Document | Skipped]:
    reading.separator_bytes()  # lines are found byte by byte
    offset = 0
    with opened(path) as handle:
        for number, line in enumerate(handle, start=1):
            if line.strip():
                where = f"{path}, line {number}"
                yield _document(line, offset, where, domain, reading)
            offset += len(line)


def _document(
    line: bytes, offset: int, where: str, domain: str, reading: Reading
) -> Document | Skipped:
    raw = reading.document(line, domain=domain, where=where, offset=offset)
    if isinstance(raw, Skipped):
        return raw
    text = _field(raw.text, reading.field, where)
    if text is None:
        return Skipped(domain, where, "empty")
    found = reading.text(text, domain=domain, where=where)
    if isinstance(found, Skipped):
        return found
    return Document(found.text, domain, where, found.replaced + raw.replaced)


def _field(line: str, field: str, where: str) -> str | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _no_text(where, f"is not JSON: {error}", "correct the line.") from None
    if not isinstance(record, dict) or field not in record:
        names = ", ".join(sorted(record)[:10]) if isinstance(record, dict) else "no object"
        do = f"name the field that holds the text: --field NAME; the line has: {names}."
        raise _no_text(where, f"has no field {field!r}", do)
    text = record[field]
    if text is not None and not isinstance(text, str):
        do = "name a field of text: --field NAME."
        raise _no_text(where, f"has no text in field {field!r} but {type(text).__name__}", do)
    return text


def _no_text(where: str, problem: str, do: str) -> DataError:
    return DataError(
        f"{where} {problem}.",
        where=where,
        matters="every line must hold one document.",
        do=do,
        code="E454",
    )


READER = Reader("jsonl", (".jsonl", ".ndjson"), _read)
