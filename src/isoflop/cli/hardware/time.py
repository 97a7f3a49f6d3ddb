"""``isoflop hardware time``: what a step of a layout takes, and why."""

from __future__ import annotations

from isoflop.cli.hardware.options import JobOptions, LayoutOptions, MachineOptions, say
from isoflop.cli.options import OutputOptions


def time(
    *,
    job: JobOptions,
    machine: MachineOptions,
    layout: LayoutOptions | None = None,
    output: OutputOptions | None = None,
) -> None:
    """Predict the time of a training step on a layout, its parts and its utilisation."""
    from isoflop.core.files import canonical_json
    from isoflop.decide.hardware.findings import chip_findings, efficiency_findings
    from isoflop.decide.hardware.step_time import step_time
    from isoflop.show.hardware.step import step_text

    chip, efficiency = machine.accelerator(), machine.efficiency()
    task, spread = job.job(), (layout or LayoutOptions()).layout()
    step = step_time(task, spread, chip, efficiency)
    notes = (*efficiency_findings(chip, task, efficiency), *chip_findings(chip))
    warnings = [note.to_dict() for note in notes]
    document = step.to_dict() | {"layout": spread.words, "warnings": warnings}
    (output or OutputOptions()).give(canonical_json(document), step_text(spread, step))
    say(notes)
