"""Independent random numbers for each purpose, from one seed and names."""

from __future__ import annotations

import hashlib

import numpy as np


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """A generator that depends on the seed and the names alone, not on what was drawn before.

    Example
    -------
    >>> int(generator(0, "order", "python", 3).integers(100)) == int(
    ...     generator(0, "order", "python", 3).integers(100)
    ... )
    True
    """
    words = hashlib.sha256("/".join(map(str, names)).encode()).digest()[:16]
    return np.random.default_rng([seed, *np.frombuffer(words, "<u4").tolist()])
