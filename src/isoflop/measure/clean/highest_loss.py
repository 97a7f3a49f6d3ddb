"""The runs with the highest losses, as many as asked for."""

from __future__ import annotations

from isoflop.measure.clean.rule import Evidence, Hit, Rule


def _find(evidence: Evidence, argument: float | None) -> list[Hit]:
    if argument is None or not evidence.has("loss"):
        return []
    worst = evidence.table.sort(["loss", "row"], descending=[True, False], nulls_last=True)
    return [
        Hit(int(row), f"loss {loss:.4g} is among the {int(argument)} highest")
        for row, loss in worst.select("row", "loss").head(int(argument)).iter_rows()
    ]


RULE = Rule(
    name="highest_loss",
    code="W107",
    default=False,
    takes="how many runs",
    about="the N runs with the highest loss",
    find=_find,
)
