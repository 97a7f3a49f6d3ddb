"""Folders of tokens: what the trainer reads, mapped from disk and checked when opened.

``meta.json`` says what is there. ``<domain>.<split>.bin`` holds little-endian 16-bit ids, each
document followed by the end of document; ``<domain>.<split>.docs`` holds 64-bit start offsets, one
a document and one more for the end.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from isoflop.core.arrays import IntArray
from isoflop.core.errors import DataError, unknown_name
from isoflop.corpus.split import SPLITS

FORMAT = 1
TokenArray: TypeAlias = NDArray[np.uint16]
Meta: TypeAlias = dict[str, Any]  # Any: the JSON document of a token folder
_NEEDED = ("format", "tokenizer", "vocab", "end_of_document", "domains", "digest")


@dataclass(frozen=True)
class TokenSplit:
    """The tokens of one domain and split.

    Parameters
    ----------
    tokens : (n_tokens,) ids, read-only and mapped from disk.
    starts : (n_documents + 1,) first token of each document, then n_tokens.
    n_bytes : of the text as UTF-8, for bits per byte.
    """

    tokens: TokenArray
    starts: IntArray
    n_bytes: int


@dataclass(frozen=True)
class TokenFolder:
    """A corpus as tokens.

    Parameters
    ----------
    path : the folder.
    meta : what ``meta.json`` says.
    """

    path: Path
    meta: Meta

    @property
    def tokenizer(self) -> str:
        """Name of the tokenizer."""
        return str(self.meta["tokenizer"])

    @property
    def vocab(self) -> int:
        """Number of ids, the end of document included."""
        return int(self.meta["vocab"])

    @property
    def end_of_document(self) -> int:
        """The id that follows each document."""
        return int(self.meta["end_of_document"])

    @property
    def domains(self) -> tuple[str, ...]:
        """Names of the domains, sorted."""
        return tuple(sorted(self.meta["domains"]))

    @property
    def digest(self) -> str:
        """sha256 of tokenizer and tokens: equal digests, equal training data."""
        return str(self.meta["digest"])

    def count(self, domain: str, split: str, what: str) -> int:
        """How many "tokens", "documents" or "bytes" a split has.

        Raises
        ------
        UsageError
            E101 for a domain or split that is not here.
        """
        for kind, name, known in (("domain", domain, self.domains), ("split", split, SPLITS)):
            if name not in known:
                raise unknown_name(kind, name, known, f"isoflop corpus show {self.path}")
        return int(self.meta["domains"][domain][split][what])

    def split(self, domain: str, split: str) -> TokenSplit:
        """The tokens of one domain, "train" or "heldout".

        Raises
        ------
        UsageError
            E101 for a domain or split that is not here.
        DataError
            E460 if the files do not have the size that ``meta.json`` says.
        """
        n_tokens = self.count(domain, split, "tokens")
        stem = self.path / f"{domain}.{split}"
        try:
            tokens = np.memmap(f"{stem}.bin", dtype="<u2", mode="r")
            starts = np.fromfile(f"{stem}.docs", dtype="<u8").astype(np.int64)
        except (OSError, ValueError) as error:
            raise _damaged(stem, str(error)) from error
        n_documents = self.count(domain, split, "documents")
        if len(tokens) != n_tokens or len(starts) != n_documents + 1 or starts[-1] != n_tokens:
            found = f"{len(tokens)} tokens and {len(starts) - 1} documents are there"
            raise _damaged(stem, f"{found}, {n_tokens} and {n_documents} should be")
        return TokenSplit(tokens, starts, self.count(domain, split, "bytes"))

    def check(self) -> None:
        """Read every file and compare with the digest.

        Raises
        ------
        DataError
            E460 if a file was changed since it was written.
        """
        if (found := digest_of(self.path, self.meta)) != self.digest:
            raise _damaged(self.path, f"its digest is {found[:12]}, not {self.digest[:12]}")


def open_tokens(path: str | Path) -> TokenFolder:
    """Open a folder that ``isoflop corpus tokens`` wrote.

    Raises
    ------
    DataError
        E459 if it is no token folder, E460 if a split does not have the size it should have.

    Example
    -------
    >>> folder = open_tokens("corpus")  # doctest: +SKIP
    >>> folder.split("python", "train").tokens[:4]  # doctest: +SKIP
    """
    home = Path(path)
    try:
        meta = json.loads((home / "meta.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise _no_folder(home, f"meta.json cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise _no_folder(home, f"meta.json is not JSON ({error})") from None
    missing = [name for name in _NEEDED if not isinstance(meta, dict) or name not in meta]
    if missing:
        raise _no_folder(home, f"meta.json lacks {', '.join(missing)}")
    if meta["format"] != FORMAT:
        raise _no_folder(home, f"it has format {meta['format']}, this version reads {FORMAT}")
    folder = TokenFolder(home, meta)
    for domain in folder.domains:
        for split in SPLITS:
            folder.split(domain, split)
    return folder


def digest_of(path: Path, meta: Meta) -> str:
    """sha256 over tokenizer facts and the sha256 of each file, in order of name.

    Raises
    ------
    DataError
        E460 if a file is missing.
    """
    whole = hashlib.sha256()
    for fact in ("tokenizer", "vocab", "end_of_document"):
        whole.update(f"{fact} {meta[fact]}\n".encode())
    names = [f"{d}.{s}.{kind}" for d in meta["domains"] for s in SPLITS for kind in ("bin", "docs")]
    if "tokenizer_file" in meta:
        names.append(meta["tokenizer_file"])
    for name in sorted(names):
        try:
            with (path / name).open("rb") as handle:
                whole.update(
                    f"{name} {hashlib.file_digest(handle, 'sha256').hexdigest()}\n".encode()
                )
        except OSError as error:
            raise _damaged(path / name, str(error)) from error
    return whole.hexdigest()


def _no_folder(path: Path, problem: str) -> DataError:
    return DataError(
        f"{path} is not a folder of tokens: {problem}.",
        where=str(path),
        matters="the trainer reads tokens, not text.",
        do=f"write one from text: isoflop corpus tokens TEXT_FOLDER --out {path}",
        code="E459",
    )


def _damaged(path: Path, problem: str) -> DataError:
    return DataError(
        f"The tokens at {path} are damaged: {problem}.",
        where=str(path),
        matters="runs on damaged tokens cannot be compared.",
        do="write the folder again with isoflop corpus tokens, or copy it again.",
        code="E460",
    )
