"""Cells that should be numbers and are not."""

from __future__ import annotations

from isoflop.measure.clean.rule import Evidence, Hit, Rule


def _find(evidence: Evidence, argument: float | None) -> list[Hit]:
    present = set(evidence.table["row"].to_list())
    return [
        Hit(row, f"column '{column}' holds {cell!r}, a number was expected")
        for column, cells in evidence.bad.items()
        for row, cell in cells.items()
        if row in present
    ]


RULE = Rule(
    name="not_a_number",
    code="W100",
    default=True,
    takes=None,
    about="a cell that should be a number holds text",
    find=_find,
)
