"""``isoflop hardware fit``: whether a job fits the memory of a device, part by part."""

from __future__ import annotations

from isoflop.cli.hardware.options import ChipOptions, JobOptions, LayoutOptions, say
from isoflop.cli.options import OutputOptions


def fit(
    *,
    job: JobOptions,
    chip: ChipOptions,
    layout: LayoutOptions | None = None,
    output: OutputOptions | None = None,
) -> None:
    """Say whether a model fits in memory on a layout, and what takes it."""
    from isoflop.core.files import canonical_json
    from isoflop.decide.hardware.findings import chip_findings, memory_findings
    from isoflop.decide.hardware.memory import memory_of
    from isoflop.show.hardware.memory import memory_text

    machine, spread = chip.accelerator(), (layout or LayoutOptions()).layout()
    task = job.job()
    memory = memory_of(task, spread, machine)
    notes = (*memory_findings(memory), *chip_findings(machine))
    document = {
        **memory.to_dict(),
        "parameters": task.model.parameters,
        "layout": spread.words,
        "warnings": [note.to_dict() for note in notes],
    }
    (output or OutputOptions()).give(canonical_json(document), memory_text(task, spread, memory))
    say(notes)
