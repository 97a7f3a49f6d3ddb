"""Does a broken power law break where there are points to show it?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.fit.check import Check, Examined

BROKEN = "L28"
BEYOND = 4  # distinct points that a break needs behind it; caballero2022 entry
NO_CHANGE = 1e-3  # slope; a break without a change of slope is none


def find(examined: Examined) -> Iterator[str]:
    fit = examined.fit
    if fit.law.entry != BROKEN:
        return
    x = np.unique(examined.problem.inputs[0])
    values = dict(fit.values)
    if "r2" in values:
        values["d2"] = values["d1"] * values["r2"]
    for i in (1, 2):
        if f"d{i}" not in values or abs(values[f"c{i}"]) < NO_CHANGE:
            continue
        behind = int((x > values[f"d{i}"]).sum())
        if behind < BEYOND:
            yield (
                f"the break d{i} = {values[f'd{i}']:.3g} has {behind} points behind it, it needs "
                f"{BEYOND}: no evidence for what happens beyond {x.max():.3g}."
            )


CHECK = Check("W521", "breaks with points behind them", find)
