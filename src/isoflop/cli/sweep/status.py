"""``isoflop sweep status``: how a sweep stands, and what its finished runs lead to expect."""

from __future__ import annotations

import sys
from pathlib import Path


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
    from isoflop.measure.launch.planning import open_sweep
    from isoflop.measure.launch.state import state_of
    from isoflop.show.sweep import state_text
    from isoflop.show.sweep_forecast import forecast_of

    opened = open_sweep(sweep)
    state = state_of(opened)
    expected = forecast_of(opened, law) if forecast else None
    if json:
        fields = state.to_dict() | ({"forecast": expected.to_dict()} if expected else {})
        sys.stdout.write(canonical_json(fields))
    else:
        sys.stdout.write(state_text(state) + (expected.text() if expected else ""))
