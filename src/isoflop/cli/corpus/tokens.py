"""``isoflop corpus tokens``: write text as a folder of tokens that the trainer reads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from isoflop.core.errors import UsageError
    from isoflop.corpus.document import Document, Skipped

Repeated = Parameter(consume_multiple=True, negative=(), show_default=False)


def tokens(
    *source: Path,
    out: Path,
    domain: Annotated[tuple[str, ...], Repeated] = (),
    default: Annotated[bool, Parameter(negative=())] = False,
    only: Annotated[tuple[str, ...], Repeated] = (),
    tokenizer: Literal["bytes", "bpe"] = "bytes",
    vocab: int | None = None,
    heldout: float = 0.05,
    encoding: str = "utf-8",
    on_undecodable: Literal["error", "skip", "replace"] = "error",
    field: str = "text",
    separator: str | None = None,
    replace: Annotated[bool, Parameter(negative=())] = False,
    json: bool = False,
) -> None:
    r"""Write text as a folder of tokens; documents are split and freed of duplicates by content.

    Parameters
    ----------
    source
        Folders or files: text, JSONL, Parquet, also .gz. Each becomes a domain of its own name.
    out
        Folder to write; it appears at once, complete.
    domain
        NAME=PATH: a folder or file and the domain it belongs to; repeat a NAME to join several.
    default
        Add Python's own standard library, domains python and docs: no download needed.
    only
        Patterns of file names to read in folders: '*.py'. All files by default.
    tokenizer
        bytes (257 ids), or bpe learnt on the training split.
    vocab
        Number of ids for bpe, the end of document included; 1024 by default.
    heldout
        Share of documents held out.
    encoding
        Of text and JSONL files.
    on_undecodable
        Stop, leave the document out, or put U+FFFD for the bytes; both are counted.
    field
        JSONL field or Parquet column that holds the text.
    separator
        Cut text files into documents here: '<|endoftext|>' or '\n\n'.
    replace
        Put the new folder in the place of an older token folder.
    json
        Print one JSON document.
    """
    from isoflop.cli.corpus.show import card
    from isoflop.core.files import canonical_json
    from isoflop.corpus.read_documents import read_documents
    from isoflop.corpus.reading import Reading
    from isoflop.corpus.source import sources_of
    from isoflop.corpus.standard_library import standard_library
    from isoflop.corpus.write_tokens import write_tokens

    sources = sources_of(source, domain)
    if not sources and not default:
        raise _no_text()
    cut = None if separator is None else separator.replace(r"\n", "\n").replace(r"\t", "\t")
    reading = Reading(encoding, on_undecodable, field, cut)

    def documents() -> Iterator[Document | Skipped]:
        shipped = standard_library() if default else iter(())
        return chain(read_documents(sources, reading, only), shipped)

    folder = write_tokens(
        documents,
        out,
        tokenizer=tokenizer,
        vocab=vocab,
        heldout=heldout,
        replace=replace,
        source=[*map(str, sources), *_python() * default],
        progress=_progress if sys.stderr.isatty() else None,
    )
    sys.stdout.write(canonical_json(folder.meta) if json else card(folder))


def _no_text() -> UsageError:
    from isoflop.core.errors import UsageError

    return UsageError(
        "There is no text to tokenize.",
        where="SOURCE, --domain and --default",
        matters="nothing was written.",
        do="name a folder or file of text, or add --default for Python's standard library.",
        code="E465",
    )


def _python() -> list[str]:
    import platform

    return [f"standard library of Python {platform.python_version()}"]


def _progress(documents: int, n_bytes: int) -> None:
    sys.stderr.write(f"\r\x1b[K{documents:,} documents, {n_bytes / 1e6:,.0f} MB")
    sys.stderr.flush()
