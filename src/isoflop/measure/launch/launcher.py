"""What a back end must offer: slots, each a place where one worker runs requests in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

from isoflop.core.errors import unknown_name
from isoflop.core.members import find_members
from isoflop.measure.launch.worker import Outcome, Request


class Slot(Protocol):
    """One place where work is done, used by one thread at a time."""

    def run(self, request: Request) -> list[Outcome] | str:
        """Do what is asked and wait for it; a sentence if the worker itself died of it."""

    def stop(self) -> None:
        """End at once, from any thread; what was running may be run again later."""


@dataclass(frozen=True)
class LaunchOptions:
    """The [launch] table of a sweep.

    Parameters
    ----------
    backend : name of the back end.
    workers : slots; how many requests run at once.
    threads : of a worker on a CPU.
    timeout : seconds a run may take, None for no limit.
    retries : further attempts of a run that failed.
    deaths : how often the worker may die during a run before the run is given up.
    stack : runs of equal shape that the trainer trains together (an accelerator).
    runs_per_request : runs of one group given to a slot at once and made in turn, for back ends
        where asking costs time.
    order : which runs go first; small ones make an early forecast, large ones a short tail.
    extra : keys only this back end knows.
    """

    backend: str = "local"
    workers: int = 1
    threads: int = 1
    timeout: float | None = None
    retries: int = 1
    deaths: int = 10
    stack: int = 1
    runs_per_request: int = 1
    order: str = "small_first"
    extra: Mapping[str, Any] = field(default_factory=dict)  # Any: values of a TOML file


@dataclass(frozen=True)
class Launcher:
    """One back end.

    Parameters
    ----------
    name : what [launch] backend calls it.
    about : one sentence.
    extra_keys : {key of [launch] only this back end knows: what it means}.
    open_slot : (options, sweep folder, number of the slot) -> a slot; raises MissingExtra where a
        package is absent, UsageError where the system offers no such back end.
    """

    name: str
    about: str
    extra_keys: Mapping[str, str]
    open_slot: Callable[[LaunchOptions, Path, int], Slot]


def launchers() -> dict[str, Launcher]:
    """Every back end by name."""
    found = cast("tuple[Launcher, ...]", find_members("isoflop.measure.launch", "LAUNCHER"))
    return {item.name: item for item in found}


def get_launcher(name: str) -> Launcher:
    """The back end of this name.

    Raises
    ------
    UsageError
        E101 if there is none.
    """
    known = launchers()
    if name not in known:
        raise unknown_name("back end", name, known, "isoflop design --kinds")
    return known[name]
