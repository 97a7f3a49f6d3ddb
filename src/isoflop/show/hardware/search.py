"""Layouts found by a search as text."""

from __future__ import annotations

from isoflop.decide.hardware.placement import Placed
from isoflop.decide.hardware.search import Found
from isoflop.show.terminal import table

_HEADERS = ("devices", "days", "device-h", "USD", "MWh", "MFU", "GB", "besides matmul", "layout")


def search_text(found: Found, most: int) -> str:
    """The best layout, its runners-up, and the front of days against device-hours."""
    best = found.best
    assert best is not None, "an answer without a plan is an error"
    low, high = best.days
    head = (
        f"{best.bill.days:.3g} days ({low:.3g} to {high:.3g}, 80%) on {best.layout.devices} "
        f"devices: {best.layout.words}.\n"
        f"{found.tried} layouts divide, {found.too_large} are over memory, "
        f"{len(found.ranked)} are within all limits.\n"
    )
    parts = [head, table(_HEADERS, [_row(one) for one in found.ranked[:most]])]
    if len(found.front) > 1:
        front = table(_HEADERS, [_row(one) for one in found.front[:most]])
        parts += ["\nNothing is both sooner and less work than these:", front]
    return "\n".join(parts) + "\n"


def _row(one: Placed) -> tuple[str, ...]:
    bill = one.bill
    usd = "-" if bill.usd is None else f"{bill.usd[0]:.3g} to {bill.usd[1]:.3g}"
    return (
        str(one.layout.devices),
        f"{bill.days:.3g}",
        f"{bill.device_hours:.3g}",
        usd,
        "-" if bill.kwh is None else f"{bill.kwh / 1e3:.3g}",
        f"{one.step.mfu:.1%}",
        f"{one.memory.likely / 1e9:.0f}",
        one.step.bottleneck,
        one.layout.words,
    )
