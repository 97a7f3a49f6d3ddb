"""One line of a ledger: a forecast or a score, sealed with its own hash and that of the last line.

The hash of an entry covers everything in it but the hash itself, the hash of the entry before
included. Whoever knows the hash of the last entry can therefore tell whether any line was changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NoReturn, TypeAlias, get_args

from isoflop.core.provenance import sha256

Kind: TypeAlias = Literal["forecast", "score"]

GENESIS = "0" * 64
"""What the first entry names as the one before it."""

ID_LENGTH = 10  # hexadecimal digits; two of a million entries share one with probability 0.4


@dataclass(frozen=True)
class Entry:
    """One line.

    Parameters
    ----------
    number : position in the ledger, from 0.
    at : when it was written, UTC, as its writer's clock said.
    previous : hash of the entry before.
    body : plain JSON values.
    hash : sha256 over all of the above.
    """

    number: int
    kind: Kind
    at: str
    previous: str
    # Any: a body is parsed JSON; its reader converts each field.
    body: Mapping[str, Any]
    hash: str

    @property
    def id(self) -> str:
        """The short name of the entry."""
        return self.hash[:ID_LENGTH]

    @property
    def line(self) -> str:
        """The entry as it stands in the file, without the line end."""
        return _canonical(_content(self) | {"hash": self.hash})

    @property
    def is_sealed(self) -> bool:
        """Whether the hash belongs to the content."""
        return self.hash == sha256(_canonical(_content(self)).encode())


# Any: see Entry.body.
def seal(number: int, kind: Kind, at: datetime, previous: str, body: Mapping[str, Any]) -> Entry:
    """A new entry with its hash.

    Raises
    ------
    ValueError
        If a number of the body is not finite.
    """
    when = at.astimezone(UTC).isoformat(timespec="seconds")
    bare = Entry(number, kind, when, previous, body, "")
    found = sha256(_canonical(_content(bare)).encode())
    return Entry(number, kind, when, previous, body, found)


def parse(line: str) -> Entry:
    """The entry of one line.

    Raises
    ------
    ValueError
        If the line is not one, or not written as :attr:`Entry.line` writes it: a second spelling
        would let two different lines have one hash.
    """
    found = json.loads(line, parse_constant=_refuse)
    names = {"number", "kind", "at", "previous", "body", "hash"}
    if not isinstance(found, dict) or set(found) != names:
        raise ValueError(f"its fields are not {', '.join(sorted(names))}")
    if found["kind"] not in get_args(Kind) or not isinstance(found["body"], dict):
        raise ValueError("it is neither a forecast nor a score")
    texts = all(isinstance(found[name], str) for name in ("at", "previous", "hash"))
    if not texts or type(found["number"]) is not int:
        raise ValueError("a field has the wrong type")
    entry = Entry(**found)
    if entry.line != line:
        raise ValueError("it was written by another hand (other spacing, order or digits)")
    return entry


def _content(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "kind": entry.kind,
        "at": entry.at,
        "previous": entry.previous,
        "body": dict(entry.body),
    }


def _canonical(document: Mapping[str, Any]) -> str:
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=True
    )


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"it holds {name}")
