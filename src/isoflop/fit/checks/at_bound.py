"""Does a parameter end on its bound?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.fit.check import Check, Examined

NEAR = 1e-6  # share of the range


def find(examined: Examined) -> Iterator[str]:
    low, high = examined.problem.bounds
    u = examined.solution.coordinates
    close = NEAR * (high - low)
    for i, slot in enumerate(examined.problem.slots):
        name = slot.parameter.name
        if u[i] <= low[i] + close[i]:
            yield f"{name} ends at its lower bound {slot.parameter.low:g}: the data ask for less."
        elif u[i] >= high[i] - close[i]:
            yield f"{name} ends at its upper bound {slot.parameter.high:g}: the data ask for more."
    if len(examined.fit.draws):
        natural = examined.fit.draws
        for i, slot in enumerate(examined.problem.slots):
            column = natural[:, slot.position]
            room = close[i] if slot.parameter.low == 0.0 else 1e-12  # nothing is relative to zero
            stuck = np.isclose(column, slot.parameter.low, rtol=NEAR, atol=room)
            inside = low[i] + close[i] < u[i]
            if inside and stuck.mean() > 0.05:
                yield (
                    f"{slot.parameter.name} falls to its lower bound in {stuck.mean():.0%} of "
                    "resamples: the data barely determine it."
                )


CHECK = Check("W302", "parameters inside their bounds", find)
