"""No run repeated with another seed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.validate.suspicion.gap import Design, Gap, Lack, Run

SAME = 0.01  # relative: runs this near in size and tokens are repeats


def find(design: Design) -> Iterator[Lack]:
    x, y = np.log(design.N), np.log(design.D)
    near = (np.abs(x[:, None] - x) < SAME) & (np.abs(y[:, None] - y) < SAME)
    if near.sum() > len(x):
        return
    order = np.argsort(design.flop)
    cheap, middle = order[len(order) // 4], order[len(order) // 2]
    yield Lack(
        "no run is repeated: run-to-run noise cannot be told from what the law misses",
        tuple(Run(float(design.N[i]), float(design.D[i])) for i in (cheap, middle)),
    )


GAP = Gap("no_repeats", "W616", find)
