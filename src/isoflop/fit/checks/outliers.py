"""Which runs lie far off the fitted surface?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.fit.check import Check, Examined

FAR = 8.0  # robust standard deviations; assumption: beyond any noise of a healthy run
NAMED = 8


def outlying(residuals: FloatArray, noise: float) -> IntArray:
    """Indices of far runs, the farthest first."""
    if noise <= 0.0:
        return np.empty(0, dtype=np.int64)
    size = np.abs(residuals - np.median(residuals)) / noise
    order = np.argsort(size)[::-1]
    return np.asarray(order[size[order] > FAR])


def find(examined: Examined) -> Iterator[str]:
    fit, runs = examined.fit, examined.runs
    far = outlying(fit.residuals, fit.noise)
    if not len(far):
        return
    rows = runs.rows
    size = np.abs(fit.residuals[far] - np.median(fit.residuals)) / fit.noise
    named = ", ".join(
        f"row {rows[i]} ({fit.residuals[i]:+.1%}, {s:.0f} sd)"
        for i, s in zip(far[:NAMED], size, strict=False)
    )
    more = f" and {len(far) - NAMED} more" if len(far) > NAMED else ""
    lie = "lies" if len(far) == 1 else "lie"
    yield (
        f"{len(far)} of {fit.n_rows} runs {lie} more than {FAR:.0f} sd off the fit: {named}{more}. "
        f"Look at them; to see what they decide, {examined.without_them}."
    )


CHECK = Check("W304", "no run far off the surface", find)
