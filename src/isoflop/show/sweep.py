"""A sweep in words: how it stands, what changed, what was stopped, and its table as a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from isoflop.core.errors import UsageError
from isoflop.core.files import write_atomic
from isoflop.core.quantities import format_count

if TYPE_CHECKING:
    import polars as pl

    from isoflop.measure.launch.cancel import Cancelled
    from isoflop.measure.launch.job import Job
    from isoflop.measure.launch.state import State
    from isoflop.measure.launch.sweep import Sweep

_SHOWN = 5


def state_text(state: State) -> str:
    """The state of a sweep, answer first."""
    ended = state.done + state.diverged
    lines = [
        f"{state.name}: {ended} of {state.total} runs done"
        + (f" ({state.diverged} diverged)" if state.diverged else "")
        + f", {state.running} running, {state.failed} failed, {state.left} left"
    ]
    if state.flops_total:
        spent, total = format_count(state.flops_done), format_count(state.flops_total)
        lines.append(f"compute: {spent} of {total} FLOP")
    if state.running or state.left:
        known = state.seconds_left is not None
        time = (
            f"about {duration(state.seconds_left or 0.0)} to go" if known else "time not known yet"
        )
        lines.append(f"{time}; {'running' if state.is_running else 'not running: resume it'}")
    for run_id, step, steps in state.at:
        lines.append(f"  running {run_id}" + (f", step {step:g} of {steps or 0:g}" if step else ""))
    for run_id, error in state.failures[:_SHOWN]:
        lines.append(f"  failed  {run_id}: {error.splitlines()[0]}")
    if len(state.failures) > _SHOWN:
        lines.append(f"  ... and {len(state.failures) - _SHOWN} more failed")
    return "\n".join(lines) + "\n"


def change_line(sweep: Sweep, job: Job, status: str, error: str | None) -> str:
    """One line a change, for stderr; nothing for what is only beginning."""
    if status == "running":
        return ""
    folder = sweep.run_folder(job.run_id)
    result = folder.result() or {}
    loss = result.get("loss")
    numbers = f", loss {loss:.4f}" if isinstance(loss, float) else ""
    seconds = result.get("wall_seconds")
    numbers += f", {seconds:.1f} s" if isinstance(seconds, int | float) else ""
    size = f" N {format_count(job.expected['params'])}" if "params" in job.expected else ""
    size += f" D {format_count(job.expected['tokens'])}" if "tokens" in job.expected else ""
    words = {"busy": "held by another process", "given_up": "failed", "failed": "failed, may retry"}
    said = f": {error.splitlines()[0]}" if error else ""
    return f"{job.run_id}{size} {words.get(status, status)}{numbers}{said}\n"


def cancelled_text(cancelled: Cancelled) -> str:
    """What was stopped."""
    if not cancelled.has_stopped:
        return (
            "The sweep was asked to stop and has not yet; look again with isoflop sweep status.\n"
        )
    lines = ["The sweep was stopped." if cancelled.was_running else "The sweep was not running."]
    if cancelled.orphans:
        lines.append(f"{cancelled.orphans} workers that had outlived it were stopped.")
    if cancelled.elsewhere:
        lines.append(f"{len(cancelled.elsewhere)} runs are held on another host; end them there.")
    return " ".join(lines) + "\n"


def write_table(table: pl.DataFrame, out: Path | None) -> str:
    """Write a table by the ending of its name; returns what to print.

    Raises
    ------
    UsageError
        E103 for an ending that is not known.
    """
    if out is None:
        return table.write_csv()
    stream = io.BytesIO()
    writers: dict[str, Callable[[io.BytesIO], object]] = {
        ".csv": table.write_csv,
        ".parquet": table.write_parquet,
        ".jsonl": table.write_ndjson,
    }
    if out.suffix.lower() not in writers:
        raise UsageError(
            f"A table cannot be written as {out.suffix or 'a file without ending'}.",
            where=f"--out {out}",
            matters="nothing was written.",
            do=f"use one of: {' '.join(writers)}",
            code="E103",
        )
    writers[out.suffix.lower()](stream)
    write_atomic(out, stream.getvalue())
    return f"{out}: {table.height} rows, {table.width} columns\n"


def duration(seconds: float) -> str:
    """A time in two units at most."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
