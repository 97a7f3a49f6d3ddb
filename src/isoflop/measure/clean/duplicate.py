"""The same run in the table twice.

Equal losses alone are no duplicate (digitised values repeat): every cell must agree, or the same
run must have logged the same step again, where the later row replaces the earlier one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isoflop.measure.clean.rule import Evidence, Hit, Rule

if TYPE_CHECKING:
    import polars as pl


def _find(evidence: Evidence, argument: float | None) -> list[Hit]:
    import polars as pl

    cells = [name for name in evidence.table.columns if name != "row"]
    copies = _repeats(evidence.table, cells, keep=pl.col("row").min())
    found = [Hit(row, f"repeats row {other} in every cell") for row, other in copies]
    if not evidence.has("run_id", "step"):
        return found
    labels = [name for name, dtype in evidence.table.schema.items() if dtype == pl.String]
    named = evidence.table.filter(pl.col("run_id").is_not_null(), pl.col("step").is_not_null())
    logged = _repeats(named, [*labels, "step"], keep=pl.col("row").max())
    seen = {hit.row for hit in found}
    return found + [
        Hit(row, f"row {other} logs the same step of the same run again")
        for row, other in logged
        if row not in seen
    ]


def _repeats(table: pl.DataFrame, same: list[str], *, keep: pl.Expr) -> list[tuple[int, int]]:
    """(row, row kept instead) of all rows that agree in some columns."""
    import polars as pl

    kept = table.select("row", keep.over(same).alias("kept"))
    return [(int(a), int(b)) for a, b in kept.filter(pl.col("row") != pl.col("kept")).iter_rows()]


RULE = Rule(
    name="duplicate",
    code="W104",
    default=True,
    takes=None,
    about="every cell equals another row's, or the same step of the same run is logged again",
    find=_find,
)
