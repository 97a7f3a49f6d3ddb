"""The finished runs of a sweep as a run table, and their logged steps as curves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError
from isoflop.core.explain import Finding
from isoflop.core.quantities import QUANTITIES, is_canonical
from isoflop.measure.launch.job import Job
from isoflop.measure.launch.run_folder import read_lines
from isoflop.measure.launch.sweep import Sweep

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, Any]  # Any: cells of several types
TRAINER = Conventions(params="total", loss="nat/token")
"""What the built-in trainer counts; a command may count otherwise, and says nothing of it."""

_ORDER = {item.column: i for i, item in enumerate(QUANTITIES)}
_OF_A_STEP = ("step", "tokens", "loss", "train_loss", "flops")


def run_table(sweep: Sweep, *, trunks: bool = False) -> tuple[pl.DataFrame, list[Finding]]:
    """One row a finished run in the order of the plan, canonical columns first.

    Parameters
    ----------
    trunks : with the runs that only carry branches; their rate never came down, so their losses
        are not comparable with the others (minicpm2024).

    Returns
    -------
    table, notes
        The notes say how many runs are missing.

    Raises
    ------
    DataError
        E438 if no run is finished.
    """
    rows, notes = _finished(sweep, trunks)
    return _frame([row for _, row in rows]), notes


def curve_table(sweep: Sweep, *, trunks: bool = False) -> tuple[pl.DataFrame, list[Finding]]:
    """One row a logged step of a finished run: the run's columns, and those of the step.

    ``loss`` is the held-out loss where the run logs one (then ``train_loss`` is that of the step),
    ``lr_now`` the rate at the step, ``tokens`` and ``flops`` what was spent up to it.
    """
    rows, notes = _finished(sweep, trunks)
    curves: list[Row] = []
    bad: list[str] = []
    for job, row in rows:
        steps: dict[object, Row] = {}
        for number, record in read_lines(sweep.run_folder(job.run_id).steps):
            if record is None:
                bad.append(f"run {job.run_id}, line {number}")
            else:  # a step logged again after a resume replaces what was logged before
                steps[record.get("step", number)] = _step(row, record)
        curves += steps.values()
    if bad:
        shown = "; ".join(bad[:5]) + (f" and {len(bad) - 5} more" if len(bad) > 5 else "")
        notes.append(Finding("W431", f"{len(bad)} malformed lines are left out: {shown}"))
    return _frame(curves), notes


def _finished(sweep: Sweep, trunks: bool) -> tuple[list[tuple[Job, Row]], list[Finding]]:
    rows: list[tuple[Job, Row]] = []
    missing = failed = carriers = 0
    malformed: list[str] = []
    for job in sweep.plan.jobs:
        folder = sweep.run_folder(job.run_id)
        result = folder.result()
        if result is None:
            failed += folder.failure() is not None
            missing += 1
        elif job.role == "trunk" and not trunks:
            carriers += 1
        else:
            rows.append((job, _row(job, result, sweep.plan.name)))
            if "malformed_lines" in result:
                malformed.append(f"run {job.run_id}, line {result['malformed_lines']}")
    if not rows:
        raise DataError(
            f"No run of the sweep is finished ({missing} are missing, {failed} of them failed).",
            where=str(sweep.folder),
            matters="a table without rows says nothing.",
            do="see isoflop sweep status, then isoflop sweep resume.",
            code="E438",
        )
    return rows, _notes(missing, failed, carriers, malformed)


def _notes(missing: int, failed: int, carriers: int, malformed: Sequence[str]) -> list[Finding]:
    notes = []
    if missing:
        text = (
            f"{missing} runs are not in the table: {missing - failed} unfinished, {failed} failed"
        )
        notes.append(Finding("W433", text))
    if carriers:
        text = f"{carriers} trunks are not in the table: their learning rate never came down"
        notes.append(Finding("W433", text))
    if malformed:
        text = f"malformed lines of steps.jsonl were left out: {'; '.join(malformed[:5])}"
        notes.append(Finding("W431", text))
    return notes


def _row(job: Job, result: Row, name: str) -> Row:
    """The result flat, with the identity of the run; runs of one trunk share a trajectory."""
    identity = {"run_id": job.run_id, "recipe": result.get("recipe", name)}
    trajectory = {"trajectory": job.after or job.run_id}
    flat = {k: v for k, v in result.items() if not isinstance(v, dict | list)}
    stated = TRAINER.columns if job.kind == "train" else {}
    return {**stated, **flat, **identity, **trajectory}


def _step(row: Row, record: Row) -> Row:
    of_run = {k: v for k, v in row.items() if k == "loss_convention" or not _is_of_a_step(k)}
    logged = {k: v for k, v in record.items() if not isinstance(v, dict | list)}
    if "lr" in logged:
        logged["lr_now"] = logged.pop("lr")
    if "loss" in logged and any(k == "heldout_loss" for k in logged):
        logged["train_loss"] = logged.pop("loss")
        logged["loss"] = logged.pop("heldout_loss")
    tokens, total, flops = logged.get("tokens"), row.get("tokens"), row.get("flops")
    if tokens is not None and total and flops is not None and "flops" not in logged:
        logged["flops"] = flops * tokens / total
    return of_run | logged


def _is_of_a_step(name: str) -> bool:
    return name.startswith("loss") or name in _OF_A_STEP


def _frame(rows: list[Row]) -> pl.DataFrame:
    import polars as pl

    names = list(dict.fromkeys(name for row in rows for name in row))
    names.sort(key=lambda name: (not is_canonical(name), _ORDER.get(name, len(_ORDER)), name))
    return pl.DataFrame([_series(name, [_cell(row, name) for row in rows]) for name in names])


def _cell(row: Row, name: str) -> object:
    """A domain that a mixture leaves out has a share of zero."""
    if name.startswith("share/") and any(key.startswith("share/") for key in row):
        return row.get(name, 0.0)
    return row.get(name)


def _series(name: str, cells: list[object]) -> pl.Series:
    """Numbers where all cells are, whole ones where all are whole, else text."""
    import polars as pl

    known = [cell for cell in cells if cell is not None]
    if known and all(isinstance(cell, bool) for cell in known):
        return pl.Series(name, cells, dtype=pl.Boolean)
    if all(isinstance(cell, int | float) for cell in known):
        whole = all(isinstance(cell, int) and abs(cell) < 2**53 for cell in known)
        if whole and known:
            return pl.Series(name, cells, dtype=pl.Int64)
        floats = [None if cell is None else float(str(cell)) for cell in cells]
        return pl.Series(name, floats, dtype=pl.Float64)
    texts = [cell if cell is None or isinstance(cell, str) else json.dumps(cell) for cell in cells]
    return pl.Series(name, texts, dtype=pl.String)


def planned_rows(sweep: Sweep) -> Iterator[Row]:
    """What is expected of runs that are still to come."""
    for job in sweep.plan.jobs:
        folder = sweep.run_folder(job.run_id)
        if job.role == "run" and not folder.is_finished and folder.failure() is None:
            yield {"run_id": job.run_id, **job.expected}
