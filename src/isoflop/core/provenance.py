"""Where a table came from and all that happened to it on the way in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from isoflop.core.explain import Finding


@dataclass(frozen=True)
class Exclusion:
    """One row left out.

    Parameters
    ----------
    row : 1-based data row of the source (the header is not a row).
    run_id : the run's own name, if the table has one.
    rule : the rule that left it out.
    code : key of ``isoflop explain``.
    reason : one sentence with the values.
    """

    row: int
    run_id: str | None
    rule: str
    code: str
    reason: str

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "row": self.row,
            "run_id": self.run_id,
            "rule": self.rule,
            "code": self.code,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Provenance:
    """The history of one table; travels into every result.

    Parameters
    ----------
    source : file name or kind of data frame.
    digest : sha256 of the file's bytes, or of the data frame's values.
    mapping : canonical column -> column of the source.
    conversions : sentences, in the order they were done.
    exclusions : every row left out.
    notes : findings worth the reader's time.
    """

    source: str
    digest: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    conversions: tuple[str, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    notes: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "source": self.source,
            "digest": self.digest,
            "mapping": dict(self.mapping),
            "conversions": list(self.conversions),
            "exclusions": [item.to_dict() for item in self.exclusions],
            "notes": [item.to_dict() for item in self.notes],
        }


def sha256(content: bytes) -> str:
    """Hexadecimal digest of bytes."""
    return hashlib.sha256(content).hexdigest()
