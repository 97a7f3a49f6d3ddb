"""Which split a document belongs to: a fixed hash of its content decides, never chance or order."""

from __future__ import annotations

import hashlib
from typing import Literal

from isoflop.core.errors import UsageError

Split = Literal["train", "heldout"]
SPLITS: tuple[Split, ...] = ("train", "heldout")


def content_key(text: str) -> bytes:
    """16 bytes that stand for a text: equal texts, equal keys.

    The name in the hash keeps the split apart from other uses of the same function.
    """
    return hashlib.blake2b(text.encode(), digest_size=16, person=b"isoflop-split").digest()


def split_of(key: bytes, heldout: float) -> Split:
    """The split of a content key; a larger share only ever adds documents to the held-out ones.

    Parameters
    ----------
    heldout : share of documents held out, above 0 and at most 0.5.
    """
    return "heldout" if int.from_bytes(key[:8], "big") < heldout * 2.0**64 else "train"


def check_share(heldout: float) -> None:
    """Refuse a share that leaves one split empty, or the smaller one to train on.

    Raises
    ------
    UsageError
        E462.
    """
    if not 0.0 < heldout <= 0.5:
        raise UsageError(
            f"A held-out share of {heldout:g} is not possible.",
            where=f"heldout {heldout:g}",
            matters="the trainer needs text to learn from and text it never saw.",
            do="give a share above 0 and at most 0.5, such as 0.05.",
            code="E462",
        )
