"""``isoflop sweep resume``: go on with a sweep from whatever state it was left in."""

from __future__ import annotations

import sys
from pathlib import Path


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
    from isoflop.cli.sweep import drive
    from isoflop.measure.launch.planning import open_sweep

    opened = open_sweep(sweep)
    if retry_failed:
        sys.stderr.write(f"{opened.retry_failed()} failed runs get another chance\n")
    drive(opened, json=json)
