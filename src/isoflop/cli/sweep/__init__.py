"""Run a sweep of training runs: run, status, resume, cancel, table."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isoflop.measure.launch.job import Job
    from isoflop.measure.launch.sweep import Sweep


def drive(sweep: Sweep, *, json: bool) -> None:
    """Run what is left, a line a change on stderr; ends with 130 or 1 if it stopped early."""
    from isoflop.core.files import canonical_json
    from isoflop.measure.launch.state import state_of
    from isoflop.show.sweep import change_line, state_text

    sys.stderr.write(f"sweep {sweep.plan.name}: {len(sweep.plan.jobs)} runs, {sweep.folder}\n")

    def say(job: Job, status: str, error: str | None) -> None:
        sys.stderr.write(change_line(sweep, job, status, error))

    why = sweep.run(say)
    state = state_of(sweep)
    sys.stdout.write(canonical_json(state.to_dict()) if json else state_text(state))
    if why is not None:
        sys.stderr.write(f"{why}; go on with: isoflop sweep resume {sweep.folder}\n")
        raise SystemExit(130 if why == "interrupted" else 1)
