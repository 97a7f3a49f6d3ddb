"""Stops a sweep from outside: the process that runs it, and workers that outlived theirs."""

from __future__ import annotations

import os
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from isoflop.core.files import write_atomic
from isoflop.measure.launch.sweep import Sweep, is_driven

_PATIENCE = 15.0  # seconds for the process to end its workers; assumption
_LOOK = 0.1


@dataclass(frozen=True)
class Cancelled:
    """What was stopped.

    Parameters
    ----------
    was_running : a process ran the sweep.
    has_stopped : none does any more.
    orphans : workers without a sweep that were asked to end.
    elsewhere : runs held on another host, which cannot be reached from here.
    """

    was_running: bool
    has_stopped: bool
    orphans: int
    elsewhere: tuple[str, ...]


def cancel(sweep: Sweep) -> Cancelled:
    """Ask the sweep to stop, wait for it, then end orphaned workers; nothing finished is lost."""
    was_running = is_driven(sweep.folder)
    if was_running:
        write_atomic(sweep.cancel_file, "asked to stop\n")
        deadline = time.monotonic() + _PATIENCE
        while is_driven(sweep.folder) and time.monotonic() < deadline:
            time.sleep(_LOOK)
    if is_driven(sweep.folder):
        return Cancelled(was_running, False, 0, ())
    holders = {
        job.run_id: holder
        for job in sweep.plan.jobs
        if (holder := sweep.run_folder(job.run_id).holder()) is not None
    }
    here = {pid for host, pid in holders.values() if host == socket.gethostname()}
    here = {pid for pid in here if _is_worker(pid)}
    for pid in here:
        os.kill(pid, signal.SIGTERM)
    elsewhere = [run for run, (host, _) in holders.items() if host != socket.gethostname()]
    return Cancelled(was_running, True, len(here), tuple(elsewhere))


def _is_worker(pid: int) -> bool:
    """True if the process is one of ours: the number may have passed to another since."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return any(name in words for name in (b"isoflop", b"submitit", b"ray::"))
