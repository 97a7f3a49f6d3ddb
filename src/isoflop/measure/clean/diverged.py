"""Runs that blew up: they say so, or they are no better than guessing."""

from __future__ import annotations

from isoflop.measure.clean.rule import Evidence, Hit, Rule, hits

_FAILED = ("diverged", "failed", "crashed", "nan", "exploded")
_FLAGS = ("diverged", "is_diverged")
_TRUE = ("1", "1.0", "true", "yes")
_GUESSING = 12.0  # nat/token: a uniform guess over 163k tokens, larger than common vocabularies
_ENORMOUS = 5.0  # times the median loss; assumption, conservative


def _find(evidence: Evidence, argument: float | None) -> list[Hit]:
    import polars as pl

    found: list[Hit] = []
    if evidence.has("status"):
        ended = pl.col("status").cast(pl.String).str.to_lowercase()
        found += hits(evidence, ended.is_in(_FAILED), lambda row: f"status is {row['status']}")
    for flag in (name for name in _FLAGS if evidence.has(name)):
        said = pl.col(flag).cast(pl.String).str.to_lowercase()
        found += hits(evidence, said.is_in(_TRUE), lambda row: "the table marks it as diverged")
    if not evidence.has("loss"):
        return found
    if evidence.has("vocab"):
        found += hits(
            evidence,
            (pl.col("vocab") > 1) & (pl.col("loss") >= pl.col("vocab").log()),
            lambda row: (
                f"loss {row['loss']:.4g} is no better than guessing among {row['vocab']:g} tokens"
            ),
        )
    return found + hits(
        evidence,
        (pl.col("loss") > _GUESSING) & (pl.col("loss") > _ENORMOUS * pl.col("loss").median()),
        lambda row: f"loss {row['loss']:.4g} is over {_ENORMOUS:g} times the table's median",
    )


RULE = Rule(
    name="diverged",
    code="W105",
    default=True,
    takes=None,
    about="marked as failed, no better than guessing, or enormous beside the rest",
    find=_find,
)
