"""A learner that memorises words of Zipf's law, from real text and from text of generators (X23).

Word i has probability p_i ~ i^-beta. What is in the training sample is answered right, all else
wrong, so the test error is the probability of what was never seen.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from isoflop.core.arrays import FloatArray

WORDS = 2**17  # simulated one by one; the tail beyond is one lump that is never seen


@cache
def zipf(beta: float, words: int = WORDS) -> FloatArray:
    """Probabilities (words + 1,); the last holds the whole tail beyond."""
    ranks = np.arange(1.0, words + 1.0)
    weight = np.append(ranks**-beta, (words + 0.5) ** (1.0 - beta) / (beta - 1.0))
    return np.asarray(weight / weight.sum())


def cut(p: FloatArray, k: int) -> FloatArray:
    """The distribution of a generator that only says the first k words (top-p, low temperature)."""
    kept = np.where(np.arange(len(p)) < k, p, 0.0)
    return np.asarray(kept / kept.sum())


def mixed(p: FloatArray, synthetic: FloatArray, share: float) -> FloatArray:
    """Text with a share of real data in synthetic data."""
    return np.asarray(share * p + (1.0 - share) * synthetic)


def expected_error(p: FloatArray, trained_on: FloatArray, T: float) -> float:
    """Mean test error after T samples: sum of p_i*(1 - q_i)^T; the tail's lump is never seen."""
    q = trained_on[:-1]
    unseen = np.exp(T * np.log1p(-np.minimum(q, 1.0 - 1e-16)))
    return float(p[:-1] @ unseen + p[-1])


def drawn_error(p: FloatArray, trained_on: FloatArray, T: float, rng: np.random.Generator) -> float:
    """Test error after one sample of about T words (each word a Poisson draw)."""
    seen = rng.poisson(T * trained_on[:-1]) > 0
    return float(p[:-1] @ ~seen + p[-1])


def generations(p: FloatArray, n: int, T_0: int, rng: np.random.Generator) -> FloatArray:
    """What the n-th generator says when each is trained on T_0 words of the one before."""
    q = p
    for _ in range(n):
        counts = rng.multinomial(T_0, q)
        counts[-1] = 0  # the lump stands for words each too rare to come back
        q = counts / counts.sum()
    return q
