"""What a choice of the analyst must tell: its options, the usual one first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from isoflop.core.errors import unknown_name
from isoflop.core.members import find_members
from isoflop.decide.multiverse.universe import Universe


@dataclass(frozen=True, eq=False)
class Option:
    """One way to choose: what it makes of a universe."""

    name: str
    apply: Callable[[Universe], Universe]


@dataclass(frozen=True, eq=False)
class Choice:
    """One kind of choice.

    Parameters
    ----------
    name : its file's name, as in ``--choices``.
    step : choices are made in this order, rows before laws.
    options : of a table, the usual one first; fewer than two mean there is nothing to choose.
    """

    name: str
    about: str
    step: int
    options: Callable[[Universe], Sequence[Option]]


def all_choices() -> tuple[Choice, ...]:
    """Every kind of choice, in the order they are made."""
    found = cast("tuple[Choice, ...]", find_members("isoflop.decide.multiverse.choices", "CHOICE"))
    return tuple(sorted(found, key=lambda choice: (choice.step, choice.name)))


def named_choices(names: Sequence[str]) -> tuple[Choice, ...]:
    """The choices of these names, all of them where none is named.

    Raises
    ------
    UsageError
        E101 for a name that is none; the nearest is suggested.
    """
    known = {choice.name: choice for choice in all_choices()}
    for name in names:
        if name not in known:
            raise unknown_name("choice", name, known, "isoflop multiverse --help")
    return tuple(choice for name, choice in known.items() if not names or name in names)


def unchanged(universe: Universe) -> Universe:
    """What the usual option does."""
    return universe
