"""Appends documents to the two files of one domain and split."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

import numpy as np

from isoflop.corpus.tokenizers.tokenizer import Ids


class SplitWriter:
    """The open files of one split, and how much they hold so far.

    Parameters
    ----------
    stem : path without suffix, such as ``folder/web.train``.
    end_of_document : id written after each document.
    """

    def __init__(self, stem: Path, end_of_document: int) -> None:
        self.n_tokens = self.n_documents = self.n_bytes = 0
        self._end = np.array([end_of_document], dtype="<u2").tobytes()
        self._tokens = open(f"{stem}.bin", "wb", buffering=1 << 20)  # noqa: SIM115 closed in exit
        self._starts = open(f"{stem}.docs", "wb")  # noqa: SIM115 closed in exit
        self._mark()

    def __enter__(self) -> SplitWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for handle in (self._tokens, self._starts):
            handle.flush()
            os.fsync(handle.fileno())
            handle.close()

    def add(self, ids: Ids, n_bytes: int) -> None:
        """Append one document, (n_tokens,) ids without its end."""
        self._tokens.write(ids.astype("<u2").tobytes() + self._end)
        self.n_tokens += len(ids) + 1
        self.n_documents += 1
        self.n_bytes += n_bytes
        self._mark()

    def counts(self) -> dict[str, int]:
        """The entry of ``meta.json``."""
        return {"tokens": self.n_tokens, "documents": self.n_documents, "bytes": self.n_bytes}

    def _mark(self) -> None:
        self._starts.write(np.array([self.n_tokens], dtype="<u8").tobytes())
