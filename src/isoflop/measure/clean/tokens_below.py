"""Runs trained on fewer tokens than a bound."""

from __future__ import annotations

from isoflop.core.quantities import format_count
from isoflop.measure.clean.rule import Evidence, Hit, Rule, hits


def _find(evidence: Evidence, argument: float | None) -> list[Hit]:
    import polars as pl

    if argument is None or not evidence.has("tokens"):
        return []
    words = f"is below {format_count(argument)}"
    return hits(
        evidence,
        pl.col("tokens") < argument,
        lambda row: f"tokens {format_count(row['tokens'])} {words}",
    )


RULE = Rule(
    name="tokens_below",
    code="W113",
    default=False,
    takes="tokens",
    about="fewer training tokens than a bound",
    find=_find,
)
