"""A way to forecast scores: how it is fitted, and how a saved fit is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from isoflop.core.errors import DataError, unknown_name
from isoflop.core.files import canonical_json, write_atomic
from isoflop.core.members import find_members
from isoflop.core.version import __version__
from isoflop.fit.scores.forecast import ScoreForecast
from isoflop.fit.scores.table import ScoreTable

KIND = "isoflop-scores"


class ScoreFit(Protocol):
    """A fit of any method."""

    @property
    def method(self) -> str:
        """Name of the method."""

    @property
    def starts_from(self) -> tuple[str, ...]:
        """Scores of a model that its forecast uses."""

    @property
    def n_draws(self) -> int:
        """Resamples behind the intervals."""

    def forecast(self, table: ScoreTable, level: float | None = None) -> ScoreForecast:
        """Scores of the models of a table."""

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""

    def summary(self) -> list[tuple[str, str]]:
        """What to print: name and value."""


@dataclass(frozen=True)
class Settings:
    """How to fit.

    Parameters
    ----------
    target : the benchmark to forecast; methods that forecast all benchmarks do without.
    components : capabilities, skills or factors; the method's own choice by default.
    """

    target: str | None = None
    components: int | None = None
    resamples: int = 100
    level: float = 0.9
    seed: int = 0
    progress: Callable[[int, int], None] | None = None


@dataclass(frozen=True)
class ScoreMethod:
    """One member of the family.

    Parameters
    ----------
    needs_target : whether it forecasts one benchmark, which has to be named.
    fit : (training models, settings) -> fit.
    load : document -> fit.
    """

    name: str
    about: str
    source: str
    needs_target: bool
    fit: Callable[[ScoreTable, Settings], ScoreFit]
    load: Callable[[Mapping[str, object]], ScoreFit]


def methods() -> dict[str, ScoreMethod]:
    """Every method by name."""
    members = find_members("isoflop.fit.scores.methods", "METHOD")
    return {member.name: member for member in members if isinstance(member, ScoreMethod)}


def get_method(name: str) -> ScoreMethod:
    """A method by name.

    Raises
    ------
    UsageError
        E101 if there is none of this name.
    """
    known = methods()
    if name not in known:
        raise unknown_name("method", name, known, "isoflop scores fit --help")
    return known[name]


def document_of(fit: ScoreFit) -> str:
    """The saved form of a fit: one JSON document."""
    head = {"kind": KIND, "version": __version__, "method": fit.method}
    return canonical_json(head | fit.to_dict())


def save_scores(fit: ScoreFit, path: str | Path) -> Path:
    """Write the document, whole or not at all."""
    return write_atomic(path, document_of(fit))


def load_scores(path: str | Path) -> ScoreFit:
    """Read a fit that was saved.

    Raises
    ------
    DataError
        E564 if the file is missing, is no fit of scores, or holds values of the wrong kind.
    """
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
        if document.get("kind") != KIND:
            raise _not_scores(path, f"has no kind '{KIND}'")
        return get_method(str(document["method"])).load(document)
    except (OSError, UnicodeDecodeError) as error:
        raise _not_scores(path, "cannot be read") from error
    except (
        json.JSONDecodeError,
        AttributeError,
        KeyError,
        IndexError,
        TypeError,
        ValueError,
    ) as error:
        raise _not_scores(path, f"is damaged ({error})") from error


def _not_scores(path: str | Path, why: str) -> DataError:
    return DataError(
        f"This is not a fit of scores: it {why}.",
        where=str(path),
        matters="nothing was computed.",
        do="make one with: isoflop scores fit TABLE --out scores.json",
        code="E564",
    )
