"""The 256 bytes of UTF-8 and an end of document: nothing to learn, nothing to lose."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.corpus.tokenizers.tokenizer import Ids, Tokenizer, TokenizerKind, impossible_vocab

_END = 256


def _encode(text: str) -> Ids:
    return np.frombuffer(text.encode(), np.uint8).astype(np.uint16)


def _learn(texts: Iterator[str], vocab: int | None) -> Tokenizer:
    if vocab not in (None, _END + 1):
        raise impossible_vocab(vocab or 0, "leave --vocab out, or choose --tokenizer bpe.")
    return Tokenizer(_END + 1, _END, _encode)


TOKENIZER = TokenizerKind("bytes", _learn)
