"""A few losses below zero: no cross-entropy is. Where most are, the column is another measure."""

from __future__ import annotations

from isoflop.measure.clean.rule import Evidence, Hit, Rule

FEW = 0.5  # a unigram-normalised loss (arXiv 2407.13623) is negative in most rows


def _find(evidence: Evidence, argument: float | None) -> list[Hit]:
    import polars as pl

    losses = [
        name
        for name in evidence.table.columns
        if (name in ("loss", "bits_per_byte") or name.startswith("loss/"))
        and int((evidence.table[name] < 0).sum()) < FEW * len(evidence.table)
    ]
    return [
        Hit(int(row), f"{name} is {value:g}")
        for name in losses
        for row, value in evidence.table.filter(pl.col(name) < 0).select("row", name).iter_rows()
    ]


RULE = Rule(
    name="negative_loss",
    code="W114",
    default=True,
    takes=None,
    about="a loss is negative, which no cross-entropy is",
    find=_find,
)
