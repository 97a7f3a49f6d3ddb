"""Runs with too few tokens for their size to say anything about trained models."""

from __future__ import annotations

from isoflop.measure.clean.rule import Evidence, Hit, Rule, hits


def _find(evidence: Evidence, argument: float | None) -> list[Hit]:
    import polars as pl

    if argument is None or not evidence.has("tokens", "params"):
        return []
    return hits(
        evidence,
        pl.col("tokens") / pl.col("params") < argument,
        lambda row: f"{row['tokens'] / row['params']:.3g} tokens per parameter, below {argument:g}",
    )


RULE = Rule(
    name="tokens_per_param_below",
    code="W109",
    default=False,
    takes="tokens per parameter",
    about="fewer tokens per parameter than a bound",
    find=_find,
)
