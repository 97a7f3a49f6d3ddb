"""pass@k: chance that at least one of k samples solves a problem, without bias (brown2024)."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError


def pass_at_k(samples: int, correct: int, k: int) -> float:
    """1 - binom(n-c, k)/binom(n, k) as a product, exact for large n.

    Parameters
    ----------
    samples, correct : n samples drawn, c of them correct.
    k : number of samples one may submit, at most n.

    Raises
    ------
    DataError
        E559 if c is not between 0 and n, or k not between 1 and n.

    Example
    -------
    >>> round(pass_at_k(10, 3, 1), 12)
    0.3
    """
    if not (0 <= correct <= samples and 1 <= k <= samples):
        raise DataError(
            f"pass@{k} cannot be had from {correct} correct of {samples} samples.",
            where=f"n={samples}, c={correct}, k={k}",
            matters="the estimate is unbiased only for k up to the samples drawn.",
            do="draw more samples, or forecast larger k from the solve rates (fit.solve_rates).",
            code="E559",
        )
    if samples - correct < k:
        return 1.0
    wrong = np.arange(samples - correct + 1, samples + 1, dtype=float)
    return float(-np.expm1(np.sum(np.log1p(-k / wrong))))


def coverage(samples: FloatArray, correct: FloatArray, k: int) -> float:
    """Mean pass@k over problems: samples and correct (n_problems,) each."""
    pairs = zip(samples, correct, strict=True)
    return float(np.mean([pass_at_k(int(n), int(c), k) for n, c in pairs]))
