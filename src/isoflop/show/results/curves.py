"""Curves: the loss of each run against tokens, or steps where tokens were not logged."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from isoflop.core.curves import Curves
from isoflop.core.result import ResultFigures
from isoflop.show.figure import Drawing, Line, Panel, axis_of

_NAMED = 8  # runs named beside their lines; assumption: more cannot be read


def draw(curves: Curves) -> Mapping[str, Drawing]:
    """One line a run; what has no loss or lies at zero tokens is not drawn."""
    x = "tokens" if "tokens" in curves.columns else str(curves.order)
    if "loss" not in curves.columns:
        return {}
    shown = curves.table.drop_nulls([x, "loss"]).filter(pl.col(x) > 0)
    runs = shown.partition_by("run_id", maintain_order=True)
    tints = np.linspace(0.0, 1.0, max(len(runs), 2))
    lines = tuple(
        Line(
            run[x].cast(pl.Float64).to_numpy(),
            run["loss"].cast(pl.Float64).to_numpy(),
            "level",
            tint=float(tint),
            beside=str(run["run_id"][0]) if len(runs) <= _NAMED else None,
        )
        for run, tint in zip(runs, tints, strict=False)
    )
    panel = Panel(axis_of(x, log=True), axis_of("loss"), lines)
    return {"curves": Drawing((panel,), (f"{len(shown)} logged steps of {len(runs)} runs.",))}


RESULT = ResultFigures(Curves, draw)
