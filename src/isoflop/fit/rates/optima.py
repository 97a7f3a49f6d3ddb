"""What a way to the best learning rate and batch of a cell takes and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import unknown_name
from isoflop.core.members import find_members
from isoflop.fit.rates.cells import Cell


@dataclass(frozen=True)
class Settings:
    """Settings that stand for the optimum of a cell, (n,) each: one, or a near-optimal set."""

    lr: FloatArray
    batch: FloatArray

    @property
    def centre(self) -> tuple[float, float]:
        """Geometric means of learning rate and batch."""
        return float(np.exp(np.log(self.lr).mean())), float(np.exp(np.log(self.batch).mean()))


@dataclass(frozen=True)
class Optima:
    """A named way from the runs of a cell to its best settings.

    Attributes
    ----------
    find : the settings, or a text that says why the cell has none.
    """

    name: str
    about: str
    source: str
    find: Callable[[Cell], Settings | str]


def all_optima() -> dict[str, Optima]:
    """Every way by name."""
    members = find_members("isoflop.fit.rates", "OPTIMA")
    return {member.name: member for member in members if isinstance(member, Optima)}


def get_optima(name: str) -> Optima:
    """A way by name.

    Raises
    ------
    UsageError
        E101 if there is none of this name.
    """
    known = all_optima()
    if name not in known:
        raise unknown_name("way to the optimum", name, known, "isoflop rate fit --help")
    return known[name]
