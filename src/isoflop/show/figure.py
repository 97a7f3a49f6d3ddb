"""What a figure is: numbers with words, units and roles, before any plotting library sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.core.errors import UsageError, unknown_name
from isoflop.core.members import find_members
from isoflop.core.quantities import DOMAIN_FAMILIES, is_canonical, quantity
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit

Role: TypeAlias = Literal["runs", "best", "law", "optimum", "trusted", "level", "zero"]
"""What a series is; each role has one colour everywhere. ``level`` is coloured by its tint."""

Kind: TypeAlias = Literal["count", "number", "fraction", "text"]


@dataclass(frozen=True)
class Axis:
    """An axis in words.

    Parameters
    ----------
    unit : "1" if there is none.
    kind : count is written 10M 100M 1B, fraction as +1%, text by its labels at 0, 1, 2 ...
    span : shown range; that of the series when None.
    """

    words: str
    unit: str
    kind: Kind = "number"
    log: bool = False
    span: tuple[float, float] | None = None
    labels: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Words and unit as an axis shows them."""
        return self.words if self.unit in ("1", self.words) else f"{self.words} ({self.unit})"


@dataclass(frozen=True, eq=False)
class Dots:
    """Data: points (n,), with intervals lo to hi in x where given.

    Parameters
    ----------
    label : for the legend.
    tint : 0 to 1, position on the colour scale of role ``level``.
    """

    x: FloatArray
    y: FloatArray
    role: Role
    label: str | None = None
    tint: float | None = None
    lo: FloatArray | None = None
    hi: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class Line:
    """A law: points (n,), NaN is a gap; dashed where it leaves the data.

    Parameters
    ----------
    beside : text written at the end of the line.
    """

    x: FloatArray
    y: FloatArray
    role: Role
    label: str | None = None
    tint: float | None = None
    dashed: bool = False
    beside: str | None = None


@dataclass(frozen=True, eq=False)
class Band:
    """Doubt: the area between lo and hi, each (n,)."""

    x: FloatArray
    lo: FloatArray
    hi: FloatArray
    role: Role
    label: str | None = None
    strength: float = 0.2


@dataclass(frozen=True)
class Shade:
    """A range of x, for instance the trusted one."""

    lo: float
    hi: float
    role: Role
    label: str | None = None


Series: TypeAlias = Dots | Line | Band | Shade


@dataclass(frozen=True)
class Panel:
    """One pair of axes."""

    x: Axis
    y: Axis
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Drawing:
    """The numbers of a figure: panels side by side and sentences that belong below them."""

    panels: tuple[Panel, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """What a figure shows.

    Parameters
    ----------
    runs : the data; None for published coefficients.
    reach : multiple of the largest run's compute up to which forecasts are trusted; None if nobody
        tested it.
    budget : compute the reader asks about, FLOP.
    """

    fit: Fit
    runs: Runs | None = None
    reach: float | None = None
    budget: float | None = None


@dataclass(frozen=True)
class Figure:
    """A figure of the catalogue.

    Parameters
    ----------
    data : the numbers of a subject.
    shows : whether the subject has what this figure needs.
    needs : the same in words.
    """

    name: str
    title: str
    data: Callable[[Subject], Drawing]
    shows: Callable[[Subject], bool]
    needs: str

    def draw(self, subject: Subject) -> Drawing:
        """The numbers, after a check that the subject can be shown.

        Raises
        ------
        UsageError
            E450 if this law or these runs lack what the figure needs.
        """
        if not self.shows(subject):
            raise UsageError(
                f"The figure '{self.name}' cannot show the law '{subject.fit.law.name}' here.",
                where=f"figure '{self.name}'",
                matters=f"it needs {self.needs}.",
                do=f"choose another figure: {', '.join(f.name for f in figures_of(subject))}.",
                code="E450",
            )
        return self.data(subject)


def all_figures() -> tuple[Figure, ...]:
    """Every figure, found by its file."""
    found = find_members("isoflop.show.figures", "FIGURE")
    return tuple(figure for figure in found if isinstance(figure, Figure))


def get_figure(name: str) -> Figure:
    """A figure by name.

    Raises
    ------
    UsageError
        If there is none of this name; the nearest is suggested.
    """
    known = {figure.name: figure for figure in all_figures()}
    if name not in known:
        raise unknown_name("figure", name, known, "isoflop report --help")
    return known[name]


def figures_of(subject: Subject) -> tuple[Figure, ...]:
    """The figures that can show a subject."""
    return tuple(figure for figure in all_figures() if figure.shows(subject))


def axis_of(name: str, *, log: bool = False, unit: str | None = None) -> Axis:
    """The axis of a column or symbol; a column of the user's own is called what they call it."""
    known = is_canonical(name) or name in ("M", "N", "D", "C", "U", "L", "B", "S")
    if not known and not name.startswith(tuple(DOMAIN_FAMILIES)):
        return Axis(name, "1", "number", log)
    found = quantity(name)
    kind: Kind = "count" if found.kind == "count" else "number"
    return Axis(found.name, unit or found.unit, kind, log)


def target_axis(fit: Fit, *, span: tuple[float, float] | None = None) -> Axis:
    """The axis of what a fit predicts."""
    axis = axis_of(fit.target, unit=fit.unit if fit.target == "loss" else None)
    return Axis(axis.words, axis.unit, axis.kind, span=span)


def parted(line: Line, measured: BoolArray) -> tuple[Line, ...]:
    """A line in two: solid where ``measured`` (n,), dashed elsewhere, touching where they meet."""
    near = measured.copy()
    beyond = ~measured
    edge = measured[1:] != measured[:-1]
    beyond[1:] |= edge & ~measured[:-1]
    beyond[:-1] |= edge & ~measured[1:]
    parts = []
    for where, dashed in ((near, False), (beyond, True)):
        if where.any():
            y = np.where(where, line.y, np.nan)
            last = bool(where[-1]) and not (dashed and measured[-1])
            parts.append(
                Line(
                    line.x,
                    y,
                    line.role,
                    None if dashed else line.label,
                    line.tint,
                    dashed,
                    line.beside if last else None,
                )
            )
    return tuple(parts)
