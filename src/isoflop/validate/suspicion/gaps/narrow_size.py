"""Sizes or tokens that span less than a decade."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.validate.suspicion.gap import Design, Gap, Lack, Run

SHORT = 10.0  # factor; assumption: less than a decade says little about an exponent


def find(design: Design) -> Iterator[Lack]:
    N, D = design.N, design.D
    if N.max() / N.min() < SHORT:
        yield Lack(
            f"sizes span a factor {N.max() / N.min():.3g}: what parameters return is weakly known",
            (Run(float(N.max()) / (1.5 * SHORT), float(np.median(D))),),
        )
    if D.max() / D.min() < SHORT:
        yield Lack(
            f"tokens span a factor {D.max() / D.min():.3g}: what tokens return is weakly known",
            (Run(float(np.median(N)), float(D.max()) / (1.5 * SHORT)),),
        )


GAP = Gap("narrow_size", "W618", find)
