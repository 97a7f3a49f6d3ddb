"""Lets each text pass once, and counts what it keeps back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from isoflop.corpus.document import Document, Skipped
from isoflop.corpus.split import Split, content_key, split_of

_REASONS = ("duplicate", "empty", "undecodable", "replaced_characters")


@dataclass(frozen=True)
class Kept:
    """A document that passed, and its split."""

    domain: str
    split: Split
    text: str


@dataclass(frozen=True)
class Sieve:
    """One pass over a corpus.

    A text equal to an earlier one is left out, whatever its domain. One key of 16 bytes is kept
    a document, so memory grows by about 100 bytes each and does not depend on their length.

    Parameters
    ----------
    heldout : share of documents held out.
    counts : domain -> reason -> number; filled while the pass goes on.
    """

    heldout: float
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    def keep(self, items: Iterable[Document | Skipped]) -> Iterator[Kept]:
        """The documents that pass, in order."""
        seen: set[bytes] = set()
        for item in items:
            counts = self.counts.setdefault(item.domain, dict.fromkeys(_REASONS, 0))
            if isinstance(item, Skipped):
                counts[item.reason] += 1
                continue
            key = content_key(item.text)
            if key in seen:
                counts["duplicate"] += 1
                continue
            seen.add(key)
            counts["replaced_characters"] += item.replaced
            yield Kept(item.domain, split_of(key, self.heldout), item.text)
