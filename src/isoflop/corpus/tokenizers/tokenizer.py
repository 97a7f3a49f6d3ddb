"""What every tokenizer must tell: its name, how it is learnt, and how it turns text into ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from isoflop.core.errors import UsageError, unknown_name
from isoflop.core.members import find_members

Ids: TypeAlias = NDArray[np.uint16]
MOST_IDS = 1 << 16  # ids are stored in 16 bits


@dataclass(frozen=True)
class Tokenizer:
    """A tokenizer ready for use.

    Parameters
    ----------
    vocab : number of ids, the end of document included.
    end_of_document : the id that follows each document and stands in none.
    encode : text -> ids, (n_tokens,).
    file : content of ``tokenizer.json``; None where nothing was learnt.
    """

    vocab: int
    end_of_document: int
    encode: Callable[[str], Ids]
    file: str | None = None


@dataclass(frozen=True)
class TokenizerKind:
    """One way to make tokens.

    Parameters
    ----------
    learn : (training texts, vocabulary asked for or None) -> tokenizer.
    """

    name: str
    learn: Callable[[Iterator[str], int | None], Tokenizer]


def tokenizer_kind(name: str) -> TokenizerKind:
    """The tokenizer of that name.

    Raises
    ------
    UsageError
        E101 if there is none; the message suggests the nearest.
    """
    found = cast(
        "tuple[TokenizerKind, ...]", find_members("isoflop.corpus.tokenizers", "TOKENIZER")
    )
    known = {kind.name: kind for kind in found}
    if name not in known:
        raise unknown_name("tokenizer", name, known, "isoflop corpus tokens --help")
    return known[name]


def impossible_vocab(vocab: int, do: str) -> UsageError:
    """E461: a vocabulary this tokenizer cannot have."""
    return UsageError(
        f"A vocabulary of {vocab} is not possible here.",
        where=f"vocab {vocab}",
        matters="every id must exist and fit in 16 bits.",
        do=do,
        code="E461",
    )
