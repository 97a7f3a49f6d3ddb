"""Are there runs that saw hardly any data for their size?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.quantities import format_count
from isoflop.fit.check import Check, Examined

STARVED = 0.45  # besiroglu2024 leaves out the five runs up to D/N = 0.404
NAMED = 8


def starved(inputs: Mapping[str, FloatArray]) -> IntArray:
    """Indices of runs with fewer than 0.45 tokens per parameter."""
    if "N" not in inputs or "D" not in inputs:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(inputs["D"] / inputs["N"] < STARVED)


def find(examined: Examined) -> Iterator[str]:
    inputs = examined.fit.inputs_of(examined.runs)
    found = starved(inputs)
    if not len(found):
        return
    ratio = inputs["D"] / inputs["N"]
    named = ", ".join(
        f"row {examined.runs.rows[i]} ({format_count(float(inputs['N'][i]))} parameters, "
        f"{ratio[i]:.2g} tokens each)"
        for i in found[:NAMED]
    )
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    yield (
        f"{len(found)} of {examined.fit.n_rows} runs saw fewer than {STARVED} tokens per "
        f"parameter: "
        f"{named}{more}. Such runs are barely past their warm-up and can decide the plan; to "
        f"compare, {examined.without_them}."
    )


CHECK = Check("W309", "no starved runs", find)
