"""What N counts, where the table has more than one count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from isoflop.decide.multiverse.choice import Choice, Option, unchanged
from isoflop.decide.multiverse.universe import Universe

COLUMNS = ("params_non_embedding", "params_other", "params_active")
SAME = 0.005  # relative difference below which two columns are one count


def options(universe: Universe) -> Sequence[Option]:
    runs = universe.runs
    size = runs.values("params")
    found = [Option("params", unchanged)]
    for column in COLUMNS:
        if column in runs.columns and not runs.table[column].null_count():
            other = runs.values(column)
            if (other > 0).all() and np.abs(other / size - 1.0).max() > SAME:
                found.append(Option(column, partial(_counted, column)))
    return found


def _counted(column: str, universe: Universe) -> Universe:
    return replace(universe, axes={**universe.axes, "N": column})


CHOICE = Choice("count", "what N counts (pearce2024, porian2024)", 3, options)
