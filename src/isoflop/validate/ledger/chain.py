"""Looks along the chain of a ledger and names every entry that was edited, removed or moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from isoflop.core.explain import Finding
from isoflop.validate.ledger.entry import GENESIS, Entry, parse


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Parameters
    ----------
    line : 1-based line of the file at which it shows.
    what : edited, replaced, removed, inserted, reordered or unreadable.
    text : one sentence.
    """

    line: int
    what: str
    text: str

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {"line": self.line, "what": self.what, "text": self.text}


@dataclass(frozen=True)
class Examined:
    """The entries that could be read, and what is wrong with the chain."""

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]

    @property
    def head(self) -> str:
        """Hash of the last entry: what to keep elsewhere."""
        return self.entries[-1].hash if self.entries else GENESIS

    @property
    def notes(self) -> tuple[Finding, ...]:
        """Entries dated before the one above them."""
        late = [
            Finding("W590", f"entry {b.number} is dated {b.at}, before entry {a.number} ({a.at}).")
            for a, b in zip(self.entries, self.entries[1:], strict=False)
            if b.at < a.at
        ]
        return tuple(late)

    def holds(self, head: str) -> bool:
        """Whether an earlier head, or the first digits of it, is in the chain."""
        return any(entry.hash.startswith(head) for entry in self.entries)


def examine(text: str) -> Examined:
    """Check every seal and every link of a ledger's text.

    What it cannot see: entries cut off at the end, and a chain that was written anew from some
    entry on. Both show only against a head that was kept elsewhere.
    """
    entries: list[tuple[int, Entry]] = []
    faults = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            entries.append((number, parse(line)))
        except (ValueError, RecursionError) as error:
            faults.append(Fault(number, "unreadable", f"line {number} is no entry: {error}."))
    for number, entry in entries:
        if not entry.is_sealed:
            words = f"entry {entry.number} (line {number}) was edited after it was written."
            faults.append(Fault(number, "edited", words))
    places = {entry.hash: i for i, (_, entry) in enumerate(entries)}
    if not any(fault.what == "unreadable" for fault in faults):
        faults += [
            fault for i in range(len(entries)) if (fault := _link(entries, i, places)) is not None
        ]
    ordered = tuple(sorted(faults, key=lambda fault: fault.line))
    return Examined(tuple(entry for _, entry in entries), ordered)


def _link(entries: Sequence[tuple[int, Entry]], i: int, places: Mapping[str, int]) -> Fault | None:
    """What is wrong between an entry and the line above it."""
    number, entry = entries[i]
    above = entries[i - 1][1] if i else None
    link = above.hash if above else GENESIS
    expected = above.number + 1 if above else 0
    if entry.previous == link:
        words = f"line {number} calls itself entry {entry.number}, not {expected}."
        return None if entry.number == expected else Fault(number, "edited", words)
    named = -1 if entry.previous == GENESIS else places.get(entry.previous)
    if named is not None and named > i:
        words = f"entry {entry.number} (line {number}) stands before the entry it follows."
        return Fault(number, "reordered", words)
    if _follows(entries, i - 1) and any(later.previous == link for _, later in entries[i + 1 :]):
        words = f"line {number} was inserted: a later line follows the one above it."
        return Fault(number, "inserted", words)
    if named is not None:
        return _between(entries, named, i)
    if above is not None and not above.is_sealed:
        return None  # the edit above is named already
    if entry.number > expected:
        last = entry.number - 1
        gone = f"entry {last}" if last == expected else f"entries {expected} to {last}"
        return Fault(number, "removed", f"{gone} was removed before line {number}.")
    of = f"entry {expected - 1}" if above else "the beginning"
    words = f"{of} is not what entry {entry.number} (line {number}) was written after."
    return Fault(max(number - 1, 1), "replaced", words)


def _follows(entries: Sequence[tuple[int, Entry]], i: int) -> bool:
    """Whether an entry is linked to the line above it; the beginning is."""
    if i < 0:
        return True
    return entries[i][1].previous == (entries[i - 1][1].hash if i else GENESIS)


def _between(entries: Sequence[tuple[int, Entry]], named: int, i: int) -> Fault | None:
    """Lines between an entry and the one it follows; None where their own links name them."""
    if not _follows(entries, named + 1):
        return None
    first, entry = entries[named + 1][0], entries[i][1]
    words = f"line {first} was inserted before entry {entry.number} (line {entries[i][0]})."
    return Fault(first, "inserted", words)
