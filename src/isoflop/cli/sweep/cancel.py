"""``isoflop sweep cancel``: stop a sweep from outside."""

from __future__ import annotations

import sys
from pathlib import Path


def cancel(sweep: Path, /) -> None:
    """Stop a sweep and its workers; finished runs are kept, the others can be resumed.

    Parameters
    ----------
    sweep
        Folder of the sweep, or its TOML file.
    """
    from isoflop.measure.launch.cancel import cancel as stop
    from isoflop.measure.launch.planning import open_sweep
    from isoflop.show.sweep import cancelled_text

    sys.stdout.write(cancelled_text(stop(open_sweep(sweep))))
