"""Which rows each step sees: a mixture of domains, each shuffled anew every epoch.

The order depends on the data seed, the context length and the shares; not on the model, nor on how
the rows are divided into batches, so that runs of different sizes read the same text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import DataError, UsageError, unknown_name
from isoflop.measure.train.rows import HostBatch, Rows, training_rows
from isoflop.measure.train.seeds import generator

if TYPE_CHECKING:
    from isoflop.corpus.tokens import TokenFolder
    from isoflop.measure.train.config import TrainConfig

_BLOCK = 1024  # slots within which the domains have their exact shares
_GOLDEN = 0.6180339887498949  # multiples of it fill [0, 1) most evenly


@dataclass(frozen=True)
class Stream:
    """An endless sequence of rows.

    Parameters
    ----------
    domains : (n_domains) names, those with a share only.
    shares : (n_domains,) parts of the rows, sum 1.
    rows : of each domain.
    """

    domains: tuple[str, ...]
    shares: FloatArray
    rows: tuple[Rows, ...]
    data_seed: int

    def domain_of(self, start: int, stop: int) -> IntArray:
        """Number of the domain of each slot, (stop - start,)."""
        blocks = range(start // _BLOCK, -(-stop // _BLOCK))
        edges = np.cumsum(self.shares)[:-1]
        whole = [np.searchsorted(edges, self._even(block), side="right") for block in blocks]
        first = blocks.start * _BLOCK
        return np.concatenate(whole)[start - first : stop - first]

    def _even(self, block: int) -> FloatArray:
        """Evenly spread numbers in [0, 1), shuffled within the block: rows of a batch stay
        independent draws, as the noise scale assumes."""
        slots = block * _BLOCK + np.arange(_BLOCK)
        even = (slots + 0.5) * _GOLDEN % 1.0
        return np.asarray(generator(self.data_seed, "mix", block).permutation(even), np.float64)

    def seen(self, stop: int) -> IntArray:
        """Rows of each domain in the first ``stop`` slots, (n_domains,)."""
        if len(self.domains) == 1 or not stop:
            return np.full(len(self.domains), stop, np.int64)
        return np.bincount(self.domain_of(0, stop), minlength=len(self.domains))

    def tokens_unique(self, stop: int) -> int:
        """Distinct training tokens in the first ``stop`` slots, whole rows counted."""
        found = 0
        for rows, n in zip(self.rows, self.seen(stop).tolist(), strict=True):
            part = min(n / rows.packed.n_rows, 1.0)
            found += round(part * rows.packed.n_tokens)
        return found

    def reader(self, start: int) -> Reader:
        """Reads on from a slot."""
        return Reader(self, start, self.seen(start))


class Reader:
    """Reads a stream forward, a run of slots at a time."""

    def __init__(self, stream: Stream, position: int, seen: IntArray) -> None:
        self._stream = stream
        self._position = position
        self._seen = seen.copy()
        self._orders: dict[int, tuple[int, IntArray]] = {}

    def read(self, n_steps: int, batch: int) -> HostBatch:
        """The next rows, (n_steps, batch, seq_len) each."""
        n = n_steps * batch
        domains = self._stream.domain_of(self._position, self._position + n)
        length = self._stream.rows[0].seq_len
        out = HostBatch(*(np.empty((n, length), np.uint16) for _ in range(3)))
        for number, rows in enumerate(self._stream.rows):
            slots = np.flatnonzero(domains == number)
            if len(slots):
                for whole, part in zip(
                    out, rows.gather(self._next(number, len(slots))), strict=True
                ):
                    whole[slots] = part
        self._position += n
        return HostBatch(*(part.reshape(n_steps, batch, length) for part in out))

    def _next(self, number: int, n: int) -> IntArray:
        """The next n rows of a domain, over the ends of epochs."""
        n_rows = self._stream.rows[number].packed.n_rows
        positions = int(self._seen[number]) + np.arange(n)
        self._seen[number] += n
        ids = np.empty(n, np.int64)
        for epoch in range(int(positions[0]) // n_rows, int(positions[-1]) // n_rows + 1):
            within = positions // n_rows == epoch
            ids[within] = self._order(number, epoch, n_rows)[positions[within] % n_rows]
        return ids

    def _order(self, number: int, epoch: int, n_rows: int) -> IntArray:
        kept = self._orders.get(number)
        if kept is None or kept[0] != epoch:
            name = self._stream.domains[number]
            rng = generator(self._stream.data_seed, "order", name, epoch)
            kept = epoch, rng.permutation(n_rows)
            self._orders[number] = kept
        return kept[1]


def reads_the_same(one: Stream, other: Stream) -> bool:
    """Whether two streams give the same rows."""
    return (
        one.data_seed == other.data_seed
        and one.domains == other.domains
        and bool(np.all(one.shares == other.shares))
        # Packings are kept by what they depend on, so equal ones are one object.
        and all(a.packed is b.packed for a, b in zip(one.rows, other.rows, strict=True))
    )


def open_stream(config: TrainConfig, folder: TokenFolder) -> Stream:
    """The rows that a configuration trains on.

    Raises
    ------
    UsageError
        E101 for a share of a domain that is not there.
    DataError
        E412 if a domain has fewer tokens than asked for, or none.
    """
    shares = shares_of(config, folder)
    rows = tuple(
        training_rows(
            folder,
            domain,
            seq_len=config.seq_len,
            limit=_limit(config, folder, domain, share),
            data_seed=config.data_seed,
        )
        for domain, share in shares.items()
    )
    return Stream(tuple(shares), np.array(list(shares.values())), rows, config.data_seed)


def shares_of(config: TrainConfig, folder: TokenFolder) -> dict[str, float]:
    """Share of each domain that has one, in order of name, sum 1."""
    if config.shares is None:
        sizes = {name: float(folder.count(name, "train", "tokens")) for name in folder.domains}
    else:
        for name in config.shares:
            if name not in folder.domains:
                raise unknown_name(
                    "domain", name, folder.domains, f"isoflop corpus show {folder.path}"
                )
        sizes = dict(config.shares)
    total = sum(sizes.values())
    if not total > 0:
        raise UsageError(
            f"{folder.path} has no training tokens.",
            where=str(folder.path),
            matters="there is nothing to train on.",
            do="write it again from more text with isoflop corpus tokens.",
            code="E412",
        )
    return {name: sizes[name] / total for name in sorted(sizes) if sizes[name] > 0}


def _limit(config: TrainConfig, folder: TokenFolder, domain: str, share: float) -> int:
    """Tokens of a domain's subset, 0 for all of them."""
    there = folder.count(domain, "train", "tokens")
    wanted = round(config.tokens_unique * share)
    if there == 0 or wanted > there or (config.tokens_unique and not wanted):
        raise DataError(
            f"Domain '{domain}' has {there} training tokens; {max(wanted, 1)} are asked for.",
            where=f"{folder.path}, {domain}.train",
            matters="the mixture would not have the shares it states.",
            do="lower tokens_unique or the domain's share, or tokenise more text.",
            code="E412",
        )
    return wanted
