"""``isoflop hardware search``: the best layouts of a run within memory, deadline and budget."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from isoflop.cli.arguments import count
from isoflop.cli.hardware.options import JobOptions, MachineOptions, say
from isoflop.cli.options import OutputOptions, Repeated


def search(
    *,
    tokens: str,
    devices: Annotated[tuple[int, ...], Repeated],
    job: JobOptions,
    machine: MachineOptions,
    days: float | None = None,
    budget: str | None = None,
    critical_batch: float | None = None,
    show: Annotated[int, Parameter(help="Layouts to show.")] = 8,
    output: OutputOptions | None = None,
) -> None:
    """Find the fastest layouts that fit; where none does, say which limit binds and what is near.

    Parameters
    ----------
    tokens
        Of the whole run: 2T.
    devices
        One or several numbers of devices to try.
    days
        Deadline.
    budget
        USD; needs a price, which --set price=VALUE gives.
    critical_batch
        Sequences; tokens then grow by 1 + batch/critical_batch.
    """
    from isoflop.core.files import canonical_json
    from isoflop.decide.hardware.findings import chip_findings, efficiency_findings
    from isoflop.decide.hardware.placement import Setting, Wish
    from isoflop.decide.hardware.search import required
    from isoflop.decide.hardware.search import search as find
    from isoflop.show.hardware.search import search_text

    chip, efficiency, task = machine.accelerator(), machine.efficiency(), job.job()
    usd = None if budget is None else count(budget, "--budget")
    wish = Wish(task, count(tokens, "--tokens"), devices, days, usd, critical_batch)
    found = find(wish, Setting(chip, efficiency))
    required(found, wish)
    notes = (*efficiency_findings(chip, task, efficiency), *chip_findings(chip))
    document = found.to_dict(show) | {"warnings": [note.to_dict() for note in notes]}
    (output or OutputOptions()).give(canonical_json(document), search_text(found, show))
    say(notes)
