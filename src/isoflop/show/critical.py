"""Critical batches as text: a line a group and method, then how they grow with tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isoflop.core.quantities import format_count
from isoflop.show.terminal import table

if TYPE_CHECKING:
    from isoflop.fit.critical_batch import CriticalBatches
    from isoflop.fit.critical_fit import CriticalBatch
    from isoflop.fit.critical_growth import Growth

PUBLISHED = 0.47  # zhang2024, exponent in tokens by the 20% rule


def critical_text(result: CriticalBatches) -> str:
    """The whole answer."""
    rows = [
        [group.label, name, *_cells(found), str(len(group.study.batch))]
        for group in result.groups
        for name, found in group.found.items()
    ]
    levels = {found.level for group in result.groups for found in group.found.values()}
    interval = f"{next(iter(levels)):.0%} interval" if levels else "interval"
    headers = ["runs", "method", "critical batch", interval, "fewest steps", "scatter", "batches"]
    lines = [table(headers, rows), ""]
    for name, found in result.growth.items():
        if found is not None:
            lines.append(_growth_line(name, found))
    return "\n".join(lines).rstrip("\n") + "\n"


def _cells(found: CriticalBatch) -> list[str]:
    value = "beyond" if found.value is None else format_count(found.value)
    ends = [
        format_count(found.lo) if found.lo is not None else "open",
        format_count(found.hi) if found.hi is not None else "open",
    ]
    return [value, " to ".join(ends), format_count(found.steps_min), f"{found.scatter:.1%}"]


def _growth_line(name: str, found: Growth) -> str:
    text = (
        f"{name}: critical batch = {found.coefficient:.3g} * tokens^{found.exponent:.2f}, "
        f"{found.level:.0%} interval {found.exponent_lo:.2f} to {found.exponent_hi:.2f} from "
        f"{found.n_groups} groups"
    )
    if found.without_one is not None:
        text += f"; one left out {found.without_one[0]:.2f} to {found.without_one[1]:.2f}"
    if name == "departure":
        text += f"; published {PUBLISHED:.2f}"
    return text + "."
