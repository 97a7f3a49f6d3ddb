"""Best-fit packing: pieces of documents into rows, so that no piece that fits is ever cut.

Source: Fewer Truncations Improve Language Modeling, 2404.10830 (best-fit decreasing).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import IntArray


@dataclass(frozen=True)
class Packed:
    """Rows made of pieces.

    Parameters
    ----------
    first : (n_rows + 1,) first piece of each row, then the number of pieces.
    start, length, offset : (n_pieces,) first token in the source, tokens, place within the row.
    """

    first: IntArray
    start: IntArray
    length: IntArray
    offset: IntArray

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.first) - 1

    @property
    def n_tokens(self) -> int:
        """Tokens in all rows, without padding."""
        return int(self.length.sum())


def pack(starts: IntArray, ends: IntArray, capacity: int, rng: np.random.Generator) -> Packed:
    """Pack documents into rows of a fixed length; only longer ones are cut.

    Parameters
    ----------
    starts, ends : (n_documents,) half-open ranges of tokens.
    capacity : tokens a row.
    rng : decides which of the pieces of equal length share a row.
    """
    start, length = _cut(starts, ends, capacity)
    shuffled = rng.permutation(len(start))
    start, length = start[shuffled], length[shuffled]
    longest_first = np.argsort(-length, kind="stable")
    start, length = start[longest_first], length[longest_first]
    row, offset = _best_fit(length, capacity)
    by_row = np.lexsort((offset, row))
    n_rows = int(row.max()) + 1 if len(row) else 0
    first = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n_rows))]).astype(np.int64)
    return Packed(first, start[by_row], length[by_row], offset[by_row])


def _cut(starts: IntArray, ends: IntArray, capacity: int) -> tuple[IntArray, IntArray]:
    """Start and length of pieces no longer than a row."""
    n_pieces = -(-(ends - starts) // capacity)
    document = np.repeat(np.arange(len(starts)), n_pieces)
    within = np.arange(len(document)) - np.repeat(np.cumsum(n_pieces) - n_pieces, n_pieces)
    start = starts[document] + within * capacity
    return start, np.minimum(ends[document] - start, capacity)


def _best_fit(length: IntArray, capacity: int) -> tuple[IntArray, IntArray]:
    """Row and offset of each piece; lengths must not rise.

    Open rows are kept in stacks by the room they have left; a bit a room says which stacks are
    not empty, so that the tightest fit is one shift and one lowest set bit away.
    """
    row, offset = np.zeros(len(length), np.int64), np.zeros(len(length), np.int64)
    n_full = int(np.searchsorted(-length, -capacity, side="right"))
    row[:n_full] = np.arange(n_full)
    stacks: list[list[int]] = [[] for _ in range(capacity + 1)]
    rooms, n_rows = 0, n_full
    for i, size in enumerate(length[n_full:].tolist(), start=n_full):
        fitting = rooms >> size
        if fitting:
            room = (fitting & -fitting).bit_length() - 1 + size
            chosen = stacks[room].pop()
            if not stacks[room]:
                rooms &= ~(1 << room)
        else:
            room, chosen, n_rows = capacity, n_rows, n_rows + 1
        row[i], offset[i] = chosen, capacity - room
        left = room - size
        if left:
            stacks[left].append(chosen)
            rooms |= 1 << left
    return row, offset
