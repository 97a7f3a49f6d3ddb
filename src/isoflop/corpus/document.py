"""One document, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Document:
    """One text that is never cut between train and held-out.

    Parameters
    ----------
    text : the whole text; it can always be written as UTF-8.
    domain : the part of the corpus whose loss is reported separately.
    where : file, and line or row, for messages.
    replaced : characters that stand for bytes which could not be decoded.
    """

    text: str
    domain: str
    where: str
    replaced: int = 0


@dataclass(frozen=True)
class Skipped:
    """A text that was left out while reading; the reason is counted in the token folder."""

    domain: str
    where: str
    reason: Literal["empty", "undecodable"]
