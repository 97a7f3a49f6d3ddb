"""``isoflop sweep``: run the runs of a design, through any kill, and make their table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

if TYPE_CHECKING:
    from isoflop.measure.launch.job import Job
    from isoflop.measure.launch.sweep import Sweep

sweep = App(name="sweep", help="Run a sweep of training runs: run, status, resume, cancel, table.")


@sweep.command
def run(file: Path, /, *, folder: Path | None = None, json: bool = False) -> None:
    """Run a sweep file; what is already finished in its folder is not run again.

    Parameters
    ----------
    file
        TOML file: [sweep], [train] or [command], [design], [launch]; see isoflop design --example.
    folder
        Of the sweep; a folder of the sweep's name beside the file by default.
    json
        Print the final state as one JSON document.
    """
    from isoflop.measure.launch.planning import start_sweep

    started, notes = start_sweep(file, folder)
    for finding in notes:
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
    _go(started, json=json)


@sweep.command
def resume(sweep: Path, /, *, retry_failed: bool = False, json: bool = False) -> None:
    """Go on with a sweep that was stopped or killed; nothing finished is run again.

    Parameters
    ----------
    sweep
        Folder of the sweep, or its TOML file.
    retry_failed
        Give runs that failed another chance.
    json
        Print the final state as one JSON document.
    """
    started = _open(sweep)
    if retry_failed:
        sys.stderr.write(f"{started.retry_failed()} failed runs get another chance\n")
    _go(started, json=json)


@sweep.command
def status(
    sweep: Path, /, *, forecast: bool = True, law: str = "chinchilla", json: bool = False
) -> None:
    """Say what is done, running, failed and left, how long it will take, and what to expect.

    Parameters
    ----------
    sweep
        Folder of the sweep, or its TOML file.
    forecast
        Fit the finished runs and forecast those still to come.
    law
        Of the forecast; isoflop laws lists them.
    json
        Print one JSON document.
    """
    from isoflop.core.files import canonical_json
    from isoflop.measure.launch.state import state_of
    from isoflop.show.sweep import state_text
    from isoflop.show.sweep_forecast import forecast_of

    opened = _open(sweep)
    state = state_of(opened)
    expected = forecast_of(opened, law) if forecast else None
    if json:
        fields = state.to_dict() | ({"forecast": expected.to_dict()} if expected else {})
        sys.stdout.write(canonical_json(fields))
    else:
        sys.stdout.write(state_text(state) + (expected.text() if expected else ""))


@sweep.command
def cancel(sweep: Path, /) -> None:
    """Stop a sweep and its workers; finished runs are kept, the others can be resumed."""
    from isoflop.measure.launch.cancel import cancel as stop
    from isoflop.show.sweep import cancelled_text

    sys.stdout.write(cancelled_text(stop(_open(sweep))))


@sweep.command
def table(
    sweep: Path, /, *, out: Path | None = None, curves: bool = False, trunks: bool = False
) -> None:
    """Make the run table of the finished runs, readable by isoflop read.

    Parameters
    ----------
    sweep
        Folder of the sweep, or its TOML file.
    out
        CSV file, Parquet or JSONL by its ending; printed as CSV without.
    curves
        One row a logged step instead of one a run.
    trunks
        With the runs that only carry branches and were never cooled down.
    """
    from isoflop.measure.launch.run_table import curve_table, run_table
    from isoflop.show.sweep import write_table

    made, notes = (curve_table if curves else run_table)(_open(sweep), trunks=trunks)
    for finding in notes:
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
    sys.stdout.write(write_table(made, out))


def _open(path: Path) -> Sweep:
    from isoflop.measure.launch.planning import open_sweep

    return open_sweep(path)


def _go(started: Sweep, *, json: bool) -> None:
    from isoflop.core.files import canonical_json
    from isoflop.measure.launch.state import state_of
    from isoflop.show.sweep import change_line, state_text

    sys.stderr.write(
        f"sweep {started.plan.name}: {len(started.plan.jobs)} runs, {started.folder}\n"
    )

    def say(job: Job, status: str, error: str | None) -> None:
        sys.stderr.write(change_line(started, job, status, error))

    why = started.run(say)
    state = state_of(started)
    sys.stdout.write(canonical_json(state.to_dict()) if json else state_text(state))
    if why is not None:
        sys.stderr.write(f"{why}; go on with: isoflop sweep resume {started.folder}\n")
        raise SystemExit(130 if why == "interrupted" else 1)
