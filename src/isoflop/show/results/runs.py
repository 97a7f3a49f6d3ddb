"""Runs: which sizes and token counts they cover, and the loss they reached for their compute."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.result import ResultFigures
from isoflop.core.runs import Runs
from isoflop.show.figure import Dots, Drawing, Panel, axis_of

_PAIRS = {"coverage": ("params", "tokens"), "losses": ("flops", "loss")}


def draw(runs: Runs) -> Mapping[str, Drawing]:
    """Dots in each pair of columns that all runs have."""
    return {
        name: Drawing((_panel(runs, x, y),), (f"{len(runs)} runs.",))
        for name, (x, y) in _PAIRS.items()
        if _is_full(runs, x) and _is_full(runs, y)
    }


def _is_full(runs: Runs, name: str) -> bool:
    return name in runs.columns and runs.table[name].null_count() == 0


def _panel(runs: Runs, x: str, y: str) -> Panel:
    dots = Dots(runs.values(x), runs.values(y), "runs", "runs")
    return Panel(axis_of(x, log=True), axis_of(y, log=y != "loss"), (dots,))


RESULT = ResultFigures(Runs, draw)
