"""How many real images a synthetic one is worth, from the lines of both kinds (X22)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from isoflop.core.arrays import FloatArray
from isoflop.fit.fit import Fit


def exchange_rate(
    real: Mapping[str, float], synthetic: Mapping[str, float], images: ArrayLike
) -> FloatArray:
    """Real images per synthetic image at equal loss, (n,) at (n,) synthetic images.

    Parameters
    ----------
    real, synthetic : values k and b of ``synthetic_images`` for either kind.
    """
    log_m = np.log(np.asarray(images, dtype=float))
    gap = real["b"] - synthetic["b"] + (synthetic["k"] - real["k"]) * log_m
    return np.asarray(np.exp(gap / real["k"]))


def exchange_interval(
    real: Fit, synthetic: Fit, images: float, level: float = 0.9
) -> tuple[float, float]:
    """Interval of the rate, draws of both fits paired; they must have draws."""
    n = min(len(real.draws), len(synthetic.draws))
    assert n, "fits without draws have no interval"
    rates = [float(exchange_rate(_named(real, i), _named(synthetic, i), images)) for i in range(n)]
    tail = 50.0 * (1.0 - level)
    lo, hi = np.percentile(rates, [tail, 100.0 - tail])
    return float(lo), float(hi)


def _named(fit: Fit, i: int) -> dict[str, float]:
    return dict(zip(fit.law.parameter_names, map(float, fit.draws[i]), strict=True))
