"""Do residuals still follow an input, so that the form is wrong where it matters?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.fit.check import Check, Examined

STRONG = 0.35  # rank correlation; assumption: visible by eye
CERTAIN = 4.0  # standard errors of a rank correlation under no trend


def find(examined: Examined) -> Iterator[str]:
    residuals = examined.fit.residuals
    if len(residuals) < 12:
        return
    arrays = dict(zip(examined.problem.law.inputs, examined.problem.inputs, strict=True))
    if "N" in arrays and "D" in arrays:
        arrays["tokens per parameter"] = arrays["D"] / arrays["N"]
        arrays["compute"] = arrays["D"] * arrays["N"]
    for name, array in arrays.items():
        if np.ptp(array) == 0.0:
            continue
        correlation = float(np.corrcoef(_ranks(array), _ranks(residuals))[0, 1])
        if abs(correlation) > max(STRONG, CERTAIN / np.sqrt(len(residuals))):
            word = "grow" if correlation > 0 else "fall"
            yield (
                f"residuals {word} with {name} (rank correlation {correlation:+.2f}): the form "
                "misses a trend and will extrapolate with it. Compare other laws on held-out runs."
            )


def _ranks(values: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(float)


CHECK = Check("W306", "residuals without a trend", find)
