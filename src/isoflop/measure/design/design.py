"""What a sweep design must tell: its name, its keys, and the runs it wishes for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from isoflop.core.errors import unknown_name
from isoflop.core.members import find_members
from isoflop.measure.design.sizes import Base, Size
from isoflop.measure.design.table import Table


@dataclass(frozen=True)
class Wish:
    """A run a design asks for, before steps are rounded.

    Parameters
    ----------
    size : the model, None where the user's own code needs none.
    tokens : to train on, None where the settings say how long.
    changes : settings that differ from the common ones.
    trunk : the run this one branches off, and how.
    role : "trunk" for a run that only carries branches.
    steps : exact number of steps, where rounding the tokens would break a branch.
    """

    size: Size | None = None
    tokens: float | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)  # Any: values of a TOML file
    trunk: Branch | None = None
    role: str = "run"
    steps: int | None = None


@dataclass(frozen=True)
class Branch:
    """The run branched off, and the step."""

    run: Wish
    step: int


@dataclass(frozen=True)
class Design:
    """One way to choose runs.

    Parameters
    ----------
    name : what [design] kind calls it.
    about : one sentence.
    keys : {key of [design]: what it means}, besides those of every design.
    wishes : (its table, the common settings) -> runs, in the order they are shown.
    example : a [design] table that works with ``width``, ``depth``, ``vocab``, ``seq_len`` and
        ``batch`` given; the contract runs it.
    source : citation keys.
    """

    name: str
    about: str
    keys: Mapping[str, str]
    wishes: Callable[[Table, Base], list[Wish]]
    example: str
    source: tuple[str, ...] = ()


def designs() -> dict[str, Design]:
    """Every design by name."""
    found = cast("tuple[Design, ...]", find_members("isoflop.measure.design", "DESIGN"))
    return {item.name: item for item in found}


def get_design(name: str) -> Design:
    """The design of this name.

    Raises
    ------
    UsageError
        E101 if there is none.
    """
    known = designs()
    if name not in known:
        raise unknown_name("design", name, known, "isoflop design --kinds")
    return known[name]
