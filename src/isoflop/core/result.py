"""What every result can do, and how one shows itself although drawing is a later stage.

Imports flow one way, so no result imports ``show``. Its figures are members of a family, found by
file when they are asked for, as every family is: ``show/results/<kind>.py`` declares
``RESULT = ResultFigures(...)`` for one kind of result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from isoflop.core.members import find_members

if TYPE_CHECKING:
    import polars as pl

    from isoflop.core.sources import Source
    from isoflop.show.figure import Drawing as Drawing

_FAMILY = "isoflop.show.results"


class Result(Protocol):
    """Runs, Fit, Trust, Plan and the smaller ones."""

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """The numbers as data frames."""

    def figures(self) -> Mapping[str, Drawing]:
        """The numbers of its figures."""

    def to_json(self) -> str:
        """One complete JSON document."""

    def cite(self) -> tuple[Source, ...]:
        """The works it rests on."""


@dataclass(frozen=True)
class ResultFigures:
    """The figures of one kind of result.

    Parameters
    ----------
    kind : the class of the result.
    draw : (result) -> {name: numbers of a figure}; only those the result can fill.
    """

    # Any: each member takes its own kind of result; `figures_of` hands it no other.
    kind: type[Any]
    draw: Callable[[Any], Mapping[str, Drawing]]


def figures_of(result: object) -> Mapping[str, Drawing]:
    """The numbers of every figure of a result; empty if none is declared for its kind."""
    for member in find_members(_FAMILY, "RESULT"):
        assert isinstance(member, ResultFigures)
        if isinstance(result, member.kind):
            return member.draw(result)
    return {}
