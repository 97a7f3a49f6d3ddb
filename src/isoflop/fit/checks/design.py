"""Do the runs cover the plane of N and D, or only a line in it?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.check import Check, Examined

NARROW = 2.0  # factor; assumption: D/N within a factor two is one ratio
SHORT = 10.0  # factor; assumption: less than a decade of an input says little about its exponent


def find(examined: Examined) -> Iterator[str]:
    arrays = dict(zip(examined.problem.law.inputs, examined.problem.inputs, strict=True))
    if "N" in arrays and "D" in arrays:
        ratio = arrays["D"] / arrays["N"]
        spread = float(np.max(ratio) / np.min(ratio))
        if spread < NARROW:
            yield (
                f"all runs have {_between(ratio)} tokens per parameter: "
                "the split between N and D is not determined. Add runs at a quarter and at four "
                "times this ratio."
            )
    for symbol, array in arrays.items():
        if examined.problem.law.axis(symbol).zero:
            continue  # a share has no decades
        span = float(array.max() / array.min())
        if symbol != "U" and span < SHORT:
            yield (
                f"{symbol} spans only a factor {span:.2g}; its exponent is weakly determined. "
                f"Add runs over at least a decade of {symbol}."
            )


def _between(ratio: FloatArray) -> str:
    low, high = f"{ratio.min():.3g}", f"{ratio.max():.3g}"
    return low if low == high else f"{low} to {high}"


CHECK = Check("W305", "the design covers the inputs", find)
