"""Compute that spans too little for an extrapolation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.validate.suspicion.gap import Design, Gap, Lack, at

SHORT = 30.0  # factor; assumption: a decade and a half, below which a floor and a slope look alike


def find(design: Design) -> Iterator[Lack]:
    span = float(design.flop.max() / design.flop.min())
    if span >= SHORT:
        return
    ratio = float(np.median(design.ratio))
    yield Lack(
        f"compute spans a factor {span:.3g}: the floor and the slopes look alike over so little; "
        "a cheaper run mends it for less than a dearer one",
        (at(float(design.flop.max()) / (2.0 * SHORT), ratio),),
    )


GAP = Gap("narrow_compute", "W617", find)
