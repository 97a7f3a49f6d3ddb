"""Runs whose loss is above a bound: early in training, or broken."""

from __future__ import annotations

from isoflop.measure.clean.rule import Evidence, Hit, Rule, hits


def _find(evidence: Evidence, argument: float | None) -> list[Hit]:
    import polars as pl

    if argument is None or not evidence.has("loss"):
        return []
    words = f"is above {argument:g}"
    return hits(evidence, pl.col("loss") > argument, lambda row: f"loss {row['loss']:.4g} {words}")


RULE = Rule(
    name="loss_above",
    code="W108",
    default=False,
    takes="nat/token",
    about="loss above a bound",
    find=_find,
)
