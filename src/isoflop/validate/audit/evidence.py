"""What a card may be filled from, and the words in which a column of a table is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from isoflop.core.quantities import format_count, quantity
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.validate.trust import Trust

Origin: TypeAlias = Literal["table", "fit", "backtest", "stated"]

_NAMED = 5  # values of a text column that are named; assumption: more are not read


@dataclass(frozen=True)
class Evidence:
    """A study as far as isoflop has seen it."""

    runs: Runs
    fit: Fit | None = None
    trust: Trust | None = None


@dataclass(frozen=True)
class Answer:
    """What is known of a field, and from where."""

    text: str
    origin: Origin


Fill: TypeAlias = Callable[[Evidence], Answer | None]


@dataclass(frozen=True)
class Fills:
    """How the fields of one section are filled.

    Parameters
    ----------
    section : name of the section.
    of : {field: what the evidence says of it, None where it says nothing}
    """

    section: str
    of: Mapping[str, Fill]


def column_text(runs: Runs, column: str) -> str | None:
    """A column in words: its range, or its values; None if the table does not have it."""
    if column not in runs.columns:
        return None
    series = runs.table[column].drop_nulls()
    if series.is_empty():
        return None
    some = "" if len(series) == len(runs) else f" (given for {len(series)} of {len(runs)} runs)"
    if not series.dtype.is_numeric():
        names = sorted({str(value) for value in series.to_list()})
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return f"{', '.join(names[:_NAMED])}{more}{some}"
    low, high = (float(str(edge)) for edge in (series.min(), series.max()))
    known = quantity(column)
    unit = "" if known.unit == "1" else f" {known.unit}"
    words = [format_count(v) if known.kind == "count" else f"{v:.4g}" for v in (low, high)]
    span = words[0] if low == high else f"{words[0]} to {words[1]}"
    return f"{span}{unit}{some}"


def from_column(column: str) -> Fill:
    """Fills a field with a column of the table."""

    def fill(evidence: Evidence) -> Answer | None:
        text = column_text(evidence.runs, column)
        return None if text is None else Answer(text, "table")

    return fill
