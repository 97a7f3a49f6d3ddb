"""Writes documents as a folder of tokens: streamed, without duplicates, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from isoflop.core.errors import DataError, UsageError
from isoflop.core.files import canonical_json
from isoflop.corpus.document import Document, Skipped
from isoflop.corpus.sieve import Kept, Sieve
from isoflop.corpus.split import SPLITS, check_share
from isoflop.corpus.split_writer import SplitWriter
from isoflop.corpus.tokenizers.tokenizer import Tokenizer, tokenizer_kind
from isoflop.corpus.tokens import FORMAT, Meta, TokenFolder, digest_of, open_tokens

Documents = Callable[[], Iterator[Document | Skipped]]
Progress = Callable[[int, int], None]
_TOKENIZER_FILE = "tokenizer.json"
_REPORT_EVERY = 1000  # documents between two calls of progress


def write_tokens(
    documents: Documents,
    out: str | Path,
    *,
    tokenizer: str = "bytes",
    vocab: int | None = None,
    heldout: float = 0.05,
    replace: bool = False,
    source: Sequence[str] = (),
    progress: Progress | None = None,
) -> TokenFolder:
    """Tokenize a corpus into a new folder.

    Parameters
    ----------
    documents : begins a pass over the corpus; a tokenizer that is learnt takes two passes.
    out : the folder to write; it appears at once, complete.
    tokenizer : "bytes" or "bpe".
    vocab : number of ids; None for the tokenizer's own.
    heldout : share of documents held out, by a hash of their content.
    replace : put the new folder in the place of an older token folder.
    source : where the text came from, for ``meta.json``.
    progress : called with documents and bytes of text so far.

    Raises
    ------
    UsageError
        E101 no such tokenizer, E458 the folder exists, E461 vocabulary, E462 held-out share.
    DataError
        E456 a domain or split without text; and what ``read_documents`` raises.
    MissingExtra
        If the tokenizer's package is not installed.
    """
    target = Path(out)
    check_share(heldout)
    kind = tokenizer_kind(tokenizer)
    _check_target(target, replace)
    home = _new_neighbour(target)
    try:
        learnt = kind.learn(_training_texts(documents, heldout), vocab)
        sieve = Sieve(heldout)
        counts = _write(sieve.keep(documents()), home, learnt, progress)
        _check_counts(counts, sieve)
        meta: Meta = {
            "format": FORMAT,
            "tokenizer": kind.name,
            "vocab": learnt.vocab,
            "dtype": "uint16",
            "end_of_document": learnt.end_of_document,
            "domains": counts,
            "heldout_share": heldout,
            "left_out": sieve.counts,
            "source": list(source),
        }
        if learnt.file is not None:
            (home / _TOKENIZER_FILE).write_text(learnt.file, encoding="utf-8")
            meta["tokenizer_file"] = _TOKENIZER_FILE
        meta["digest"] = digest_of(home, meta)
        (home / "meta.json").write_text(canonical_json(meta), encoding="utf-8")
        _put_in_place(home, target)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return open_tokens(target)


def _training_texts(documents: Documents, heldout: float) -> Iterator[str]:
    """What a tokenizer may learn from: nothing that is held out."""
    kept = Sieve(heldout).keep(documents())
    return (item.text for item in kept if item.split == "train")


def _write(
    kept: Iterator[Kept], home: Path, tokenizer: Tokenizer, progress: Progress | None
) -> dict[str, dict[str, dict[str, int]]]:
    writers: dict[tuple[str, str], SplitWriter] = {}
    n_bytes = 0
    with ExitStack() as stack:
        for number, item in enumerate(kept, start=1):
            if (item.domain, item.split) not in writers:
                for split in SPLITS:
                    writer = SplitWriter(home / f"{item.domain}.{split}", tokenizer.end_of_document)
                    writers[item.domain, split] = stack.enter_context(writer)
            size = len(item.text.encode())
            writers[item.domain, item.split].add(tokenizer.encode(item.text), size)
            n_bytes += size
            if progress is not None and number % _REPORT_EVERY == 0:
                progress(number, n_bytes)
    names = sorted({domain for domain, _ in writers})
    return {name: {split: writers[name, split].counts() for split in SPLITS} for name in names}


def _check_counts(counts: dict[str, dict[str, dict[str, int]]], sieve: Sieve) -> None:
    for domain, left_out in sorted(sieve.counts.items()):
        splits = counts.get(domain, {})
        documents = {s: splits[s]["documents"] if splits else 0 for s in SPLITS}
        if min(documents.values()) > 0:
            continue
        why = ", ".join(f"{number} {reason}" for reason, number in left_out.items() if number)
        found = " and ".join(f"{documents[s]} {s}" for s in SPLITS)
        raise DataError(
            f"Domain {domain} has {found} documents (left out: {why or 'none'}).",
            where=f"domain {domain}",
            matters="each domain needs text to learn from and text to be tested on; a document is "
            "never cut between the two.",
            do=r"give more documents, cut files into documents with --separator '\n\n', or change "
            f"--heldout (now {sieve.heldout:g}).",
            code="E456",
        )


def _check_target(target: Path, replace: bool) -> None:
    if not (target.exists() or target.is_symlink()):
        return
    is_empty = target.is_dir() and not any(target.iterdir())
    if is_empty or (replace and (target / "meta.json").is_file()):
        return
    do = "choose another folder, or delete that one yourself; --replace removes only token folders."
    if (target / "meta.json").is_file():
        do = "add --replace, or choose another folder."
    raise UsageError(
        f"{target} is there already.",
        where=str(target),
        matters="runs may depend on it; nothing was overwritten.",
        do=do,
        code="E458",
    )


def _new_neighbour(target: Path) -> Path:
    try:
        home = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    except OSError as error:
        raise UsageError(
            f"Cannot write {target}: {error.strerror}.",
            where=str(target.parent),
            matters="nothing was written.",
            do="choose a folder that exists and is writable.",
            code="E103",
        ) from error
    home.chmod(0o755)
    return home


def _put_in_place(home: Path, target: Path) -> None:
    """One rename; an older folder steps aside first and is removed last."""
    if target.is_dir() and any(target.iterdir()):
        aside = home.with_name(f"{home.name}.old")
        os.rename(target, aside)
        try:
            os.rename(home, target)
        except OSError:
            os.rename(aside, target)
            raise
        shutil.rmtree(aside)
    else:
        os.rename(home, target)
