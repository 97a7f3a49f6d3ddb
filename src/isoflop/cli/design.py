"""``isoflop design``: the runs of a sweep file, before any of them is made."""

from __future__ import annotations

import sys
from pathlib import Path


def design(
    file: Path | None = None,
    /,
    *,
    kinds: bool = False,
    example: bool = False,
    rate: float = 3e10,
    runs: int = 40,
    json: bool = False,
    out: Path | None = None,
) -> None:
    """Show the runs of a sweep file: sizes, tokens, compute, and what they will take.

    Parameters
    ----------
    file
        TOML file: [sweep], [train] or [command], [design], [launch].
    kinds
        List the designs, their keys, and the back ends instead.
    example
        Print a sweep file to start from instead.
    rate
        FLOP a second of one worker, for the time; 2e10 to 5e10 were measured on one CPU core.
    runs
        How many runs to print; --json has all.
    json
        Print one JSON document.
    out
        Write the JSON document to this file.
    """
    from isoflop.core.errors import UsageError
    from isoflop.core.files import write_atomic
    from isoflop.measure.launch.planning import plan_of
    from isoflop.show.design import EXAMPLE, kinds_text, plan_document, plan_text

    if example or kinds:
        sys.stdout.write(EXAMPLE if example else kinds_text())
        return
    if file is None:
        raise UsageError(
            "No sweep file is given.",
            where="isoflop design FILE",
            matters="there is nothing to show.",
            do="isoflop design --example prints one to start from.",
        )
    plan = plan_of(file)
    for finding in plan.notes:
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
    document = plan_document(plan, rate)
    if out is not None:
        write_atomic(out, document)
    sys.stdout.write(document if json else plan_text(plan, rate, runs))
