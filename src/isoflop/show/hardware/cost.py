"""The price of a run as text."""

from __future__ import annotations

from collections.abc import Callable

from isoflop.decide.hardware.accelerator import Accelerator
from isoflop.decide.hardware.cost import Bill
from isoflop.decide.hardware.run_cost import RunCost
from isoflop.show.terminal import table


def cost_text(found: RunCost, chip: Accelerator) -> str:
    """Days and money first; ranges from the lowest to the highest utilisation."""
    fast, slow, good = found.fast, found.slow, found.goodput
    head = (
        f"{_range(fast, slow, lambda one: one.days)} days on {found.run.devices} {chip.label}: "
        f"{found.run.flop:.3g} FLOP at {_percent(found.mfu)} of the peak.\n"
        f"{good.share:.1%} of the time trains: a failure every {good.between_failures / 3600:.3g} "
        f"hours, a checkpoint best every {good.checkpoint_every / 60:.3g} minutes.\n"
    )
    rows = [("device-hours", _range(fast, slow, lambda one: one.device_hours))]
    if fast.usd is not None and slow.usd is not None:
        rows.append(("USD", f"{fast.usd[0]:.3g} to {slow.usd[1]:.3g}"))
    else:
        rows.append(("USD", "no checked price: --set price=VALUE"))
    if fast.kwh is not None:
        rows.append(("MWh", _range(fast, slow, lambda one: (one.kwh or 0.0) / 1e3)))
    if fast.kg_co2 is not None:
        rows.append(("t CO2", _range(fast, slow, lambda one: (one.kg_co2 or 0.0) / 1e3)))
    return f"{head}\n{table(('', 'amount'), rows)}\n"


def _range(fast: Bill, slow: Bill, value: Callable[[Bill], float]) -> str:
    low, high = f"{value(fast):.3g}", f"{value(slow):.3g}"
    return low if low == high else f"{low} to {high}"


def _percent(span: tuple[float, float]) -> str:
    low, high = span
    return f"{low:.0%}" if low == high else f"{low:.0%} to {high:.0%}"
