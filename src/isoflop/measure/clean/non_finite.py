"""Numbers that are NaN or infinite: a computation that failed."""

from __future__ import annotations

from isoflop.core.quantities import is_canonical
from isoflop.measure.clean.rule import Evidence, Hit, Rule


def _find(evidence: Evidence, argument: float | None) -> list[Hit]:
    import polars as pl

    numeric = [
        name
        for name, dtype in evidence.table.schema.items()
        if dtype == pl.Float64 and is_canonical(name)
    ]
    return [
        Hit(int(row), f"{name} is {value}")
        for name in numeric
        for row, value in evidence.table.filter(~pl.col(name).is_finite())
        .select("row", name)
        .iter_rows()
    ]


RULE = Rule(
    name="non_finite",
    code="W102",
    default=True,
    takes=None,
    about="a number is NaN or infinite",
    find=_find,
)
