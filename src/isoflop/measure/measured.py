"""Run tables the package carries, each measured by our own runs, with a card that says how."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from isoflop.core.curves import Curves
from isoflop.core.errors import unknown_name
from isoflop.core.runs import Runs
from isoflop.measure.read_curves import read_curves
from isoflop.measure.read_runs import read_runs

KEEP = ("diverged", "duplicate", "loss_in_bits")  # every measured run counts; bytes are easy tokens


@dataclass(frozen=True)
class Measured:
    """One table and its card.

    Attributes
    ----------
    about : one sentence
    card : the fields of the TOML card: how, when, on what hardware, licence, command
    table : Parquet file, a row a run
    curves : Parquet file, a row a logged step
    """

    name: str
    about: str
    card: dict[str, Any]  # Any: values of a TOML file
    table: Path
    curves: Path

    def runs(self, *where: str) -> Runs:
        """The table; conditions such as "seed=0" select rows."""
        return read_runs(self.table, where=where, keep=KEEP)

    def steps(self) -> Curves:
        """The logged steps of every run."""
        return read_curves(self.curves)


@cache
def measured_tables() -> dict[str, Measured]:
    """Every table by name; a card beside the tables makes one."""
    home = Path(str(files("isoflop.catalogue"))) / "runs"
    found = {}
    for path in sorted(home.glob("*.toml")):
        card = tomllib.loads(path.read_text(encoding="utf-8"))
        table, curves = path.with_suffix(".parquet"), home / f"{path.stem}.curves.parquet"
        found[path.stem] = Measured(path.stem, card["about"], card, table, curves)
    return found


def measured(name: str) -> Measured:
    """The table of this name.

    Raises
    ------
    UsageError
        E101 if there is none.
    """
    known = measured_tables()
    if name not in known:
        raise unknown_name("measured table", name, known, "isoflop datasets")
    return known[name]
