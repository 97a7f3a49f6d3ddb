"""From a sweep file to a sweep on disk: a new one, or the next part of one that is there."""

from __future__ import annotations

from pathlib import Path

from isoflop.core.explain import Finding
from isoflop.measure.launch.plan import Plan, not_a_sweep
from isoflop.measure.launch.sweep import Sweep, stay_alone
from isoflop.measure.launch.sweep_file import read_sweep_file


def plan_of(file: Path) -> Plan:
    """The runs of a sweep file; nothing is written."""
    return read_sweep_file(file).plan()


def start_sweep(file: Path, folder: Path | None) -> tuple[Sweep, list[Finding]]:
    """The sweep of a file, in a folder beside it unless another is given.

    A folder that holds the sweep already takes the new plan: runs both have are kept.

    Returns
    -------
    sweep, notes
        The notes name scripts that changed since, and runs that are no longer planned.
    """
    read = read_sweep_file(file)
    plan = read.plan()
    home = folder or read.home / read.name
    before = Plan.load(home / "plan.json") if (home / "plan.json").exists() else None
    stay_alone(home)
    notes = [*plan.notes, *(_since(before, plan) if before is not None else ())]
    return Sweep.create(home, plan, read.text), notes


def open_sweep(path: Path) -> Sweep:
    """A started sweep by its folder or its file.

    Raises
    ------
    DataError
        E437 if it was not started; E430 if the file cannot be read.
    """
    if path.is_dir():
        return Sweep.open(path)
    if not path.exists():
        raise not_a_sweep(path)
    read = read_sweep_file(path)
    return Sweep.open(read.home / read.name)


def _since(before: Plan, plan: Plan) -> list[Finding]:
    notes = []
    for script, digest in plan.scripts.items():
        if before.scripts.get(script, digest) != digest:
            text = f"{script} is not the one the finished runs were made with; they are kept"
            notes.append(Finding("W430", text))
    gone = {job.run_id for job in before.jobs} - {job.run_id for job in plan.jobs}
    if gone:
        text = f"{len(gone)} runs of the plan before are no longer planned; their folders are kept"
        notes.append(Finding("W433", text))
    return notes
