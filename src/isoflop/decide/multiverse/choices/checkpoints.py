"""Final losses only, or also those on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from isoflop.core.runs import Runs
from isoflop.decide.multiverse.choice import Choice, Option, unchanged
from isoflop.decide.multiverse.universe import Universe

FIRST = 0.1  # choshen2024: the first tenth of training is left out
PER_RUN = 8  # checkpoints kept, evenly spread; assumption: more are no further evidence


def options(universe: Universe) -> Sequence[Option]:
    if universe.curves is None:
        return ()
    return (Option("final losses", unchanged), Option("checkpoints after a tenth", _on_the_way))


def _on_the_way(universe: Universe) -> Universe:
    assert universe.curves is not None
    seen = pl.col("tokens") / pl.col("tokens").max().over("run_id")
    late = universe.curves.table.filter(
        (seen >= FIRST) & (pl.col("tokens") > 0) & pl.col("loss").is_not_null()
    )
    place = pl.int_range(pl.len()).over("run_id")
    count = pl.len().over("run_id")
    stride = ((count - 1) // PER_RUN + 1).clip(lower_bound=1)
    kept = late.filter((count - 1 - place) % stride == 0)
    runs = Runs(kept, universe.curves.conventions, universe.curves.provenance)
    return replace(universe, runs=runs)


CHOICE = Choice("checkpoints", "final losses or checkpoints too (choshen2024)", 2, options)
