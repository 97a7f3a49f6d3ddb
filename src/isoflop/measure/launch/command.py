"""Runs a user's own training command, and makes a result of the lines it wrote."""

from __future__ import annotations

import ctypes
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from isoflop.core.errors import DataError
from isoflop.core.quantities import is_canonical
from isoflop.measure.launch.job import Job
from isoflop.measure.launch.run_folder import RunFolder
from isoflop.measure.launch.step_lines import is_loss, is_number, read_log

PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w/.-]*)\}")
OFFERED = ("folder", "run_id", "python")
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_GRACE = 5.0  # seconds between the request to end and the kill; assumption


def run_command(job: Job, folder: RunFolder, lock: int) -> None:
    """Run the command of a job to its end and write its result.

    The child inherits the lock, and dies with this process where the system can do so (Linux).

    Raises
    ------
    DataError
        E439 if it exits with an error or writes no loss.
    """
    _prepare_steps(folder, keep=job.resumes)
    begin = time.monotonic()
    child = subprocess.Popen(
        filled(job.argv, job.settings, folder),
        cwd=job.cwd,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "ISOFLOP_RUN_FOLDER": str(folder.path), "ISOFLOP_RUN_ID": job.run_id},
        start_new_session=True,
        pass_fds=(lock,),
        preexec_fn=_tied_to(os.getpid()),
    )
    try:
        code = child.wait()
    finally:
        _end_all(child)
    if code:
        words = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        raise DataError(
            f"The command of run {job.run_id} ended with {words}.",
            where=f"{folder.log}, last line: {(folder.tail(1) or ['(empty)'])[0][:120]}",
            matters="a run that did not end well is no measurement.",
            do="read the log, correct the script, then: isoflop sweep resume --retry-failed",
            code="E439",
        )
    folder.write_result(result_of(job, folder) | {"wall_seconds": time.monotonic() - begin})


def filled(argv: tuple[str, ...], settings: Mapping[str, object], folder: RunFolder) -> list[str]:
    """The command line of one run; what looks like a placeholder and is none stays as it is."""
    values = {
        **settings,
        "folder": str(folder.path),
        "run_id": folder.run_id,
        "python": sys.executable,
    }
    return [PLACEHOLDER.sub(lambda m: _word(values.get(m[1], m[0])), word) for word in argv]


def _word(value: object) -> str:
    """A value on a command line; tables and lists, such as shares of domains, as JSON."""
    return json.dumps(value) if _is_nested(value) else str(value)


def result_of(job: Job, folder: RunFolder) -> dict[str, Any]:  # Any: a JSON document
    """The final state of a run: its point, then the canonical values of its last line with a loss.

    Where lines have a ``heldout_loss``, the last of these counts, and it is the loss. The rate of
    the run is its peak, whatever the last line says.

    Raises
    ------
    DataError
        E439 if no line has a loss.
    """
    logged = read_log(folder.steps)
    if not logged.last:
        bad = f", malformed lines {_listed(logged.malformed)}" if logged.malformed else ""
        raise DataError(
            f"The command of run {job.run_id} wrote no line with a loss.",
            where=f"{folder.steps}{bad}",
            matters="without a loss there is nothing to learn from.",
            do='append one JSON object a logged step: {"step": 100, "tokens": 51200, "loss": 3.1}',
            code="E439",
        )
    point = _columns(job.settings)
    numbers = {k: v for k, v in logged.last.items() if is_canonical(k) and not _is_nested(v)}
    if "lr" in numbers:
        numbers["lr"] = point.get("lr", logged.peak_lr)
    result: dict[str, Any] = {"status": "done"} | dict(job.expected) | point | numbers
    if not all(is_number(value) for key, value in result.items() if is_loss(key)):
        result["status"] = "diverged"
    if logged.malformed:
        result["malformed_lines"] = _listed(logged.malformed)
    finite = {
        k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in result.items()
    }
    return finite | {"run_id": job.run_id}


def _columns(settings: Mapping[str, Any]) -> dict[str, Any]:  # Any: values of a TOML file
    """Settings as columns: what a design varies must be in the table, canonical or not."""
    found = {key: value for key, value in settings.items() if not _is_nested(value)}
    if is_number(found.get("batch")) and is_number(found.get("seq_len")):
        found = {"batch_tokens": found["batch"] * found["seq_len"]} | found
        del found["batch"]  # a column of this name would be read as tokens
    shares = settings.get("shares")
    if isinstance(shares, Mapping):
        found |= {f"share/{domain}": share for domain, share in shares.items()}
    return found


def _prepare_steps(folder: RunFolder, *, keep: bool) -> None:
    """Lines of an earlier attempt go, unless the script continues from it."""
    if not keep:
        folder.steps.unlink(missing_ok=True)
    elif folder.steps.exists():
        content = folder.steps.read_bytes()
        os.truncate(folder.steps, content.rfind(b"\n") + 1)


def _tied_to(parent: int) -> Callable[[], None] | None:
    """Makes a child die with its parent, where the system offers that."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent died before the tie was made
            os._exit(1)

    return tie


def _end_all(child: subprocess.Popen[bytes]) -> None:
    """End the child and what it started."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is None:
            os.killpg(child.pid, sent)
            try:
                child.wait(_GRACE)
            except subprocess.TimeoutExpired:
                continue


def _is_nested(value: object) -> bool:
    return isinstance(value, dict | list)


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:10])
    return shown + (f" and {len(numbers) - 10} more" if len(numbers) > 10 else "")


def script_of(argv: tuple[str, ...], cwd: Path) -> Path | None:
    """The first word of a command that names a file below its folder, None if none does."""
    for word in argv:
        if not PLACEHOLDER.search(word) and (cwd / word).is_file():
            return cwd / word
    return None
