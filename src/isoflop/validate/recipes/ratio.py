"""Refuses laws of size and tokens on runs that all have one ratio of tokens to parameters."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError

SPREAD = 1.5
"""Assumption: ratios closer than this are one; those of datadecide2025 are 85 to 108, and its laws
of size and tokens failed."""


def check_ratio(N: FloatArray, D: FloatArray, where: str = "columns 'params' and 'tokens'") -> None:
    """Nothing, if the ratios differ.

    Raises
    ------
    FitError
        E568 if they do not.
    """
    ratio = D / N
    if ratio.max() < SPREAD * ratio.min():
        raise FitError(
            f"All runs have {ratio.min():.3g} to {ratio.max():.3g} tokens per parameter: "
            "a law of size and tokens is not determined.",
            where=where,
            matters="such a fit missed accuracies by 231% in arXiv 2504.11393.",
            do="use a law of compute (--law m2), or add runs at another ratio.",
            code="E568",
        )
