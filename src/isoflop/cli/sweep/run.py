"""``isoflop sweep run``: make the runs of a sweep file, but none a second time."""

from __future__ import annotations

import sys
from pathlib import Path


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
    from isoflop.cli.sweep import drive
    from isoflop.measure.launch.planning import start_sweep

    started, notes = start_sweep(file, folder)
    for finding in notes:
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
    drive(started, json=json)
