"""The largest runs at one ratio although the small ones vary it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.validate.suspicion.gap import Design, Gap, Lack, at

LARGE = 3.0  # runs within this factor of the largest compute count as large
SAME_SIZE, WORTH = 1.5, 100.0  # so do the largest models, unless their compute is negligible
WIDE, NARROW = 6.0, 4.0  # spread of D/N of the whole table, and of the largest runs; assumption
STEP = 3.0


def find(design: Design) -> Iterator[Lack]:
    ratio, flop = design.ratio, design.flop
    is_large_model = (design.N.max() / SAME_SIZE <= design.N) & (flop >= flop.max() / WORTH)
    large = (flop >= flop.max() / LARGE) | is_large_model
    spread = float(ratio[large].max() / ratio[large].min())
    if ratio.max() / ratio.min() < WIDE or spread >= NARROW:
        return
    middle = float(np.exp(np.mean(np.log(ratio[large]))))
    usual = float(np.exp(np.mean(np.log(ratio))))
    sides = (
        [middle / STEP, middle * STEP]
        if spread < 2.0
        else [middle * STEP if middle < usual else middle / STEP]
    )
    yield Lack(
        f"the largest runs have {ratio[large].min():.3g} to {ratio[large].max():.3g} tokens per "
        f"parameter, the table {ratio.min():.3g} to {ratio.max():.3g}: where the forecast begins, "
        "the split between size and tokens rests on small runs",
        tuple(at(float(flop.max()) / LARGE, side) for side in sides),
    )


GAP = Gap("missing_corners", "W619", find)
