"""The shortest possible training as text."""

from __future__ import annotations

from isoflop.core.quantities import format_count
from isoflop.decide.hardware.wall import Limits, Shortest
from isoflop.show.terminal import table

_DAY = 86_400.0


def wall_text(found: Shortest, limits: Limits) -> str:
    """The wall first, then times and what they cost over one device's."""
    head = f"No number of devices is done in less than {limits.wall / _DAY:.3g} days.\n"
    rows = [
        (format_count(n), format_count(batch), f"{seconds / _DAY:.4g}", f"{extra:.3g}x")
        for n, batch, seconds, extra in zip(
            found.devices, found.batch, found.seconds, found.extra, strict=True
        )
    ]
    headers = ("devices", "batch (sequences)", "days", "device-hours over the least")
    return f"{head}\n{table(headers, rows)}\n"
