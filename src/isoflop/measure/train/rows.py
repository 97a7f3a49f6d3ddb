"""Packed rows of one split, gathered from the tokens on disk when a step needs them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isoflop.core.arrays import IntArray
from isoflop.corpus.tokens import TokenArray, TokenFolder
from isoflop.measure.train.packing import Packed, pack
from isoflop.measure.train.seeds import generator


class HostBatch(NamedTuple):
    """Rows on the host, each (..., seq_len): see ``model.Batch``."""

    inputs: NDArray[np.uint16]
    targets: NDArray[np.uint16]
    segments: NDArray[np.uint16]


@dataclass(frozen=True)
class Rows:
    """Rows of equal length from one domain.

    Parameters
    ----------
    tokens : (n_tokens,) of the split, mapped from disk.
    end_of_document : stands before the very first token, as it does before every other document.
    packed : which tokens make up each row.
    seq_len : positions a row.
    """

    tokens: TokenArray
    end_of_document: int
    packed: Packed
    seq_len: int

    def gather(self, ids: IntArray) -> HostBatch:
        """The rows of these numbers, (len(ids), seq_len) each; padding is 0 in all three.

        Every token is a target once a pass: the input of a piece's first target is the token
        before it, which for a document's first is the end of the one before.
        """
        packed, shape = self.packed, (len(ids), self.seq_len)
        n_pieces = packed.first[ids + 1] - packed.first[ids]
        piece = np.repeat(packed.first[ids], n_pieces) + _ramp(n_pieces)
        length = packed.length[piece]
        source = np.repeat(packed.start[piece], length) + _ramp(length)
        row_start = np.repeat(np.arange(len(ids)) * self.seq_len, n_pieces)
        place = np.repeat(row_start + packed.offset[piece], length) + _ramp(length)
        batch = HostBatch(*(np.zeros(shape, np.uint16) for _ in range(3)))
        batch.targets.flat[place] = self.tokens[source]
        before = self.tokens[np.maximum(source - 1, 0)]
        batch.inputs.flat[place] = np.where(source > 0, before, self.end_of_document)
        batch.segments.flat[place] = np.repeat(_ramp(n_pieces) + 1, length)
        return batch


@lru_cache(maxsize=64)
def _train_packing(
    digest: str, path: str, domain: str, seq_len: int, limit: int, data_seed: int
) -> Packed:
    from isoflop.corpus.tokens import open_tokens

    del digest  # part of the key: a folder may be written again under the same path
    starts = open_tokens(path).split(domain, "train").starts
    order = generator(data_seed, "subset", domain).permutation(len(starts) - 1)
    chosen, ends = take_documents(starts, order, limit)
    return pack(chosen, ends, seq_len, generator(data_seed, "pack", domain))


def training_rows(
    folder: TokenFolder, domain: str, *, seq_len: int, limit: int, data_seed: int
) -> Rows:
    """Rows of a domain, or of a fixed subset of it.

    Parameters
    ----------
    limit : tokens of the subset, 0 for all. Subsets of one seed are nested.
    """
    packed = _train_packing(folder.digest, str(folder.path), domain, seq_len, limit, data_seed)
    tokens = folder.split(domain, "train").tokens
    return Rows(tokens, folder.end_of_document, packed, seq_len)


def heldout_rows(folder: TokenFolder, domain: str, *, seq_len: int, n_tokens: int) -> Rows:
    """The fixed held-out rows of a domain, the same for every run of this context length."""
    split = folder.split(domain, "heldout")
    order = generator(0, "heldout", domain).permutation(len(split.starts) - 1)
    starts, ends = take_documents(split.starts, order, n_tokens)
    packed = pack(starts, ends, seq_len, generator(0, "heldout pack", domain))
    return Rows(split.tokens, folder.end_of_document, packed, seq_len)


def take_documents(starts: IntArray, order: IntArray, limit: int) -> tuple[IntArray, IntArray]:
    """Ranges of documents in this order, up to a number of tokens; the last one is cut to fit.

    Parameters
    ----------
    starts : (n_documents + 1,) first token of each, then the end.
    limit : tokens, 0 for all.
    """
    first, end = starts[:-1][order], starts[1:][order]
    if not limit:
        return first, end
    total = np.cumsum(end - first)
    n_whole = int(np.searchsorted(total, limit, side="left")) + 1
    first, end, total = first[:n_whole], end[:n_whole].copy(), total[:n_whole]
    end[-1] -= max(int(total[-1]) - limit, 0)
    return first, end


def _ramp(lengths: IntArray) -> IntArray:
    """0, 1, ... within each of the lengths, one after another."""
    return np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
