"""Two measures of text: how little it repeats itself, and how expected it is to a model (X18)."""

from __future__ import annotations

import math
import zlib

LEVEL = 9  # of the compression; part of the definition


def diversity(text: bytes) -> float:
    """Bytes after compression over bytes before: near 1 for noise, near 0 for repetition.

    The inverse of the gzip compression ratio (qualitytokens2024), counted without gzip's header.
    Compare texts of one length only: short ones compress less.

    Example
    -------
    >>> diversity(b"again and " * 1000) < 0.01
    True
    """
    return len(zlib.compress(text, LEVEL)) / len(text) if text else math.nan


def syntheticity(teacher_loss: float) -> float:
    """Inverse perplexity under a fixed teacher, from its loss in nat/token."""
    return math.exp(-teacher_loss)
