"""Memory of a device as text."""

from __future__ import annotations

from isoflop.core.quantities import format_count
from isoflop.decide.hardware.layout import Job, Layout
from isoflop.decide.hardware.memory import Memory
from isoflop.show.terminal import table

_GB = 1e9
_ANSWER = {
    "fits": "It fits",
    "tight": "It is tight: the overhead decides",
    "does not fit": "It does not fit",
}


def memory_text(job: Job, layout: Layout, memory: Memory) -> str:
    """The verdict, then the parts."""
    size = format_count(job.model.parameters)
    stage = f", stage {memory.stage + 1} of {layout.pipeline}" if layout.pipeline > 1 else ""
    head = (
        f"{_ANSWER[memory.verdict]}: {memory.likely / _GB:.1f} of {memory.capacity / _GB:.0f} GB "
        f"({memory.least / _GB:.1f} GB without overhead){stage}.\n"
        f"{size} parameters on {layout.devices} devices: {layout.words}.\n"
    )
    parts = memory.parts | {"overhead": memory.overhead}
    rows = [
        (name, f"{value / _GB:.2f}", f"{value / memory.likely:.0%}")
        for name, value in parts.items()
        if value > 0.0
    ]
    return f"{head}\n{table(('part', 'GB', 'share'), rows)}\n"
