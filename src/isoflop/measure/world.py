"""What every world must tell: a simulator of runs whose exponents are known beforehand.

A world is one file in ``measure/worlds`` that declares ``WORLD = World(...)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, cast

import numpy as np
import polars as pl

from isoflop.core.conventions import Conventions
from isoflop.core.curves import Curves
from isoflop.core.errors import UsageError, unknown_name
from isoflop.core.members import find_members
from isoflop.core.provenance import Provenance
from isoflop.core.runs import ROW, Runs, table_digest
from isoflop.measure.setting import Setting, checked_settings, generator

Values: TypeAlias = Mapping[str, float]
Make: TypeAlias = Callable[[Values, np.random.Generator], pl.DataFrame]

UNIT = 1000.0
"""Parameters a feature (tokens a sample or unit of time) counts for.

Worlds made of features have no scale of their own: counted in thousands their tables lie where the
reader of run tables takes a count for what it is, and exponents do not depend on it.
"""

PLENTY = 1e12
"""Stands in a table for a size, batch or token count that limits nothing."""


@dataclass(frozen=True)
class Exponent:
    """One exponent a world knows, and how its table shows it.

    Parameters
    ----------
    name : key in the truth.
    law, parameter : of the catalogue; the parameter's value is the exponent.
    tolerance : by how much the fitted value may differ.
    basis : where the tolerance comes from.
    where : conditions that pick the rows.
    axes : {law input: column}.
    target : column to predict.
    fixed : parameters of the law that the world fixes.
    every_step : read from the logged steps, not from the final states.
    """

    name: str
    law: str
    parameter: str
    tolerance: float
    basis: str
    where: tuple[str, ...] = ()
    axes: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    fixed: Mapping[str, float] = field(default_factory=dict)
    every_step: bool = False


@dataclass(frozen=True)
class World:
    """A simulator with known truth.

    Parameters
    ----------
    name : its file's name.
    entry : of the catalogue.
    about : one sentence.
    source : key of ``isoflop cite``.
    settings : the numbers it can be turned by.
    known : settings -> {name: true value}; raises UsageError E473 for an impossible combination.
    make : (settings, generator) -> canonical columns.
    exponents : the part of the truth that a fit must recover, and how.
    per : what one row of the table is; logged steps rise within each ``run_id``.
    scope : sentences on where the truth ends.
    """

    name: str
    entry: str | None
    about: str
    source: str
    settings: tuple[Setting, ...]
    known: Callable[[Values], dict[str, float]]
    make: Make
    exponents: tuple[Exponent, ...]
    per: Literal["run", "step"] = "run"
    conventions: Conventions = field(default_factory=Conventions)
    scope: tuple[str, ...] = ()

    def truth(self, **given: float) -> dict[str, float]:
        """The numbers a fit should find, under these settings.

        Raises
        ------
        UsageError
            E471 to E473 for settings that are unknown or impossible.
        """
        return self.known(self.checked(given))

    def simulate(self, seed: int = 0, **given: float) -> Runs:
        """The table of runs, each in its final state; same seed and settings, same bytes.

        Raises
        ------
        UsageError
            E471 to E473 for settings that are unknown or impossible.
        """
        if self.per == "step":
            return self.curves(seed, **given).final()
        return Runs(*self._simulated(seed, given))

    def curves(self, seed: int = 0, **given: float) -> Curves:
        """The logged steps of every run.

        Raises
        ------
        UsageError
            E474 if this world has no steps, E471 to E473 as in :meth:`simulate`.
        """
        if self.per != "step":
            raise UsageError(
                f"The world '{self.name}' has no training curves.",
                where=f"world '{self.name}'",
                matters="its runs are computed in their final state.",
                do=f"take its runs, or a world with steps: {', '.join(_with_steps())}.",
                code="E474",
            )
        return Curves(*self._simulated(seed, given))

    def checked(self, given: Values) -> dict[str, float]:
        """Every setting with its value, given or default."""
        return checked_settings(f"world '{self.name}'", self.settings, given)

    def _simulated(self, seed: int, given: Values) -> tuple[pl.DataFrame, Conventions, Provenance]:
        values = self.checked(given)
        self.known(values)  # refuses combinations without a truth
        table = self.make(values, generator(seed))
        turned = "".join(f", {name} {value:g}" for name, value in sorted(given.items()))
        source = f"simulated world '{self.name}', seed {seed}{turned}"
        provenance = Provenance(source, table_digest(table))
        return table.with_row_index(ROW, offset=1), self.conventions, provenance


def all_worlds() -> tuple[World, ...]:
    """Every world, in order of name."""
    return cast("tuple[World, ...]", find_members("isoflop.measure.worlds", "WORLD"))


def get_world(name: str) -> World:
    """A world by name.

    Raises
    ------
    UsageError
        E470 if there is none of this name; the nearest are suggested.
    """
    known = {world.name: world for world in all_worlds()}
    if name not in known:
        error = unknown_name("world", name, known, "isoflop worlds")
        error.code = "E470"
        raise error
    return known[name]


def impossible(world: str, what: str, do: str) -> UsageError:
    """Error E473: settings that are legal one by one and not together."""
    return UsageError(
        what,
        where=f"world '{world}'",
        matters="the exponents are not known there.",
        do=do,
        code="E473",
    )


def _with_steps() -> list[str]:
    return [world.name for world in all_worlds() if world.per == "step"]
