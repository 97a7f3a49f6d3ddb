"""All runs at one number of tokens per parameter."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.validate.suspicion.gap import Design, Gap, Lack, at

NARROW = 2.0  # factor; assumption: D/N within a factor two is one ratio
STEP = 4.0  # factor to either side: where the two terms of the law part; assumption


def find(design: Design) -> Iterator[Lack]:
    ratio = design.ratio
    if ratio.max() / ratio.min() >= NARROW:
        return
    middle, flop = float(np.median(ratio)), float(np.median(design.flop))
    yield Lack(
        f"all runs have about {middle:.3g} tokens per parameter: what a parameter and what a token "
        "is worth cannot be told apart",
        (at(flop, middle / STEP), at(flop, middle * STEP)),
    )


GAP = Gap("one_ratio", "W615", find)
