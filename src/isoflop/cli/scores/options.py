"""Reads a table of scores; models whose size or compute is undisclosed are kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from isoflop.cli.options import ReadOptions, Repeated

if TYPE_CHECKING:
    from isoflop.fit.scores.table import ScoreTable

UNDISCLOSED = "missing"  # the rule that would leave out models without tokens or compute


@Parameter(name="*")
@dataclass(frozen=True)
class ScoreColumns:
    """Which columns are scores."""

    score: Annotated[tuple[str, ...], Repeated] = ()
    """Columns that hold scores as fractions, with * for any: 'acc_*'; beside columns score/NAME."""

    family: str = "family"
    """Column that names the family of a model."""


def load(path: Path, read: ReadOptions, columns: ScoreColumns, *further: str) -> ScoreTable:
    """The score table; ``further`` columns are scores too, if the table has them."""
    from isoflop.fit.scores.table import SCORE, ScoreTable
    from isoflop.measure.source import open_source

    theirs = open_source(path).table.columns
    patterns = (*columns.score, *further)
    found = [c for c in theirs if any(fnmatchcase(c, pattern) for pattern in patterns)]
    pairs = tuple(f"{SCORE}{name}={name}" for name in found if not name.startswith(SCORE))
    rules = read.keep if UNDISCLOSED in read.keep else (*read.keep, UNDISCLOSED)
    runs = replace(read, map=(*read.map, *pairs), keep=rules).load(path)
    return ScoreTable.from_runs(runs, columns.family)
