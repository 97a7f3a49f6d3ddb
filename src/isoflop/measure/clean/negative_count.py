"""Counts below zero, and runs with no parameters, no tokens or no compute."""

from __future__ import annotations

from isoflop.core.quantities import is_canonical, quantity
from isoflop.measure.clean.rule import Evidence, Hit, Rule

_POSITIVE = ("params", "params_non_embedding", "tokens", "flops")


def _find(evidence: Evidence, argument: float | None) -> list[Hit]:
    import polars as pl

    counts = [
        name
        for name in evidence.table.columns
        if is_canonical(name) and quantity(name).kind == "count"
    ]
    return [
        Hit(int(row), f"{name} is {value:g}")
        for name in counts
        for row, value in evidence.table.filter(
            (pl.col(name) < 0) | ((pl.col(name) == 0) & (name in _POSITIVE))
        )
        .select("row", name)
        .iter_rows()
    ]


RULE = Rule(
    name="negative_count",
    code="W103",
    default=True,
    takes=None,
    about="a count is negative, or params, tokens or flops are zero",
    find=_find,
)
