"""What a rule that leaves rows out must tell, and what it sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Evidence:
    """The rows a rule judges.

    Parameters
    ----------
    table : canonical columns as float64 or text, further columns, and ``row``.
    bad : {column: {row: cell}} of cells that should be numbers and are not.
    """

    table: pl.DataFrame
    bad: Mapping[str, Mapping[int, str]]

    def has(self, *columns: str) -> bool:
        """True if all these columns are there."""
        return set(columns) <= set(self.table.columns)


@dataclass(frozen=True)
class Hit:
    """One row a rule leaves out, and why."""

    row: int
    reason: str


@dataclass(frozen=True)
class Rule:
    """One reason to leave rows out.

    Parameters
    ----------
    name : what --drop and --keep call it.
    code : key of ``isoflop explain``; rules are applied in the order of their codes.
    default : applied unless kept off.
    takes : what its argument is ("how many rows"), None if it has none.
    about : one sentence.
    find : (evidence, argument) -> rows to leave out.
    """

    name: str
    code: str
    default: bool
    takes: str | None
    about: str
    find: Callable[[Evidence, float | None], list[Hit]]


def hits(
    evidence: Evidence, condition: pl.Expr, words: Callable[[dict[str, float]], str]
) -> list[Hit]:
    """Rows that meet a condition, each with a reason made from its values."""
    found = evidence.table.filter(condition.fill_null(False))
    return [Hit(int(row["row"]), words(row)) for row in found.iter_rows(named=True)]
