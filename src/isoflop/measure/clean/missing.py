"""Runs without a loss, or without two of size, tokens and compute."""

from __future__ import annotations

from isoflop.measure.clean.rule import Evidence, Hit, Rule

_COMPUTE = ("params", "tokens", "flops")


def _find(evidence: Evidence, argument: float | None) -> list[Hit]:
    targets = [name for name in ("loss", "bits_per_byte") if evidence.has(name)][:1]
    present = [name for name in _COMPUTE if evidence.has(name)]
    enough = min(2, len(present))
    return [
        Hit(row["row"], f"no value for {', '.join(empty)}")
        for row in evidence.table.select("row", *targets, *present).iter_rows(named=True)
        if (empty := [name for name in (*targets, *present) if row[name] is None])
        and (set(empty) & set(targets) or len(present) - len(empty) < enough)
    ]


RULE = Rule(
    name="missing",
    code="W101",
    default=True,
    takes=None,
    about="no loss, or fewer than two of params, tokens and flops",
    find=_find,
)
