"""What to be wary of in an answer about hardware."""

from __future__ import annotations

from collections.abc import Iterator

from isoflop.core.explain import Finding
from isoflop.decide.hardware.accelerator import Accelerator
from isoflop.decide.hardware.efficiency import Efficiency
from isoflop.decide.hardware.layout import Job
from isoflop.decide.hardware.memory import LARGE_LOGITS, Memory


def chip_findings(chip: Accelerator) -> Iterator[Finding]:
    """W580 where figures that were never checked were accepted."""
    if chip.accept_recalled and chip.recalled:
        names = ", ".join(chip.recalled)
        yield Finding("W580", f"Never checked, {chip.label}: {names}.")


def efficiency_findings(
    chip: Accelerator, job: Job, efficiency: Efficiency | None
) -> Iterator[Finding]:
    """W581 where nothing was measured for the chip and precision, or for experts."""
    if efficiency is not None:
        return
    if job.precision not in chip.matmul:
        text = f"No throughput of {chip.label} in {job.precision} is known: it is assumed."
        yield Finding("W581", text)
    if job.model.experts > 1:
        yield Finding("W581", "No throughput of a mixture of experts was fitted: it is assumed.")


def memory_findings(memory: Memory) -> Iterator[Finding]:
    """W583 for large logits, W584 where the overhead decides."""
    if memory.logits > LARGE_LOGITS * memory.least:
        share = memory.logits / memory.least
        yield Finding("W583", f"Logits take {share:.0%} of the memory.")
    if memory.verdict == "tight":
        text = (
            f"{memory.least / 1e9:.3g} GB of {memory.capacity / 1e9:.3g} GB are certain, "
            f"{memory.likely / 1e9:.3g} GB are usual."
        )
        yield Finding("W584", text)
