"""Kills the processes of a sweep at random until it has had enough, and says what was left of it.

Works where processes are files below ``/proc`` (Linux).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from isoflop.measure.launch.planning import start_sweep
from isoflop.measure.launch.sweep import Sweep
from isoflop.measure.launch.worker import environment

_START = "from isoflop.cli.main import main; main()"


@dataclass(frozen=True)
class Evidence:
    """What a killed sweep came to.

    Parameters
    ----------
    kills : {what was killed: how often}.
    restarts : how often the sweep was resumed.
    runs, finished : of the plan, with a result.
    results_changed : results that were seen, and were another file later.
    ended_twice : runs whose record says "done" more than once.
    attempts : beginnings of runs, interrupted ones included.
    """

    kills: dict[str, int]
    restarts: int
    runs: int
    finished: int
    results_changed: int
    ended_twice: int
    attempts: int

    @property
    def is_clean(self) -> bool:
        """Everything finished, once."""
        return self.finished == self.runs and not (self.results_changed or self.ended_twice)


def kill_sweep(
    file: Path, folder: Path, *, kills: int, seed: int, longest: float = 0.6
) -> tuple[Sweep, Evidence]:
    """Run a sweep under random SIGKILLs of its processes, then undisturbed to its end.

    Parameters
    ----------
    longest : seconds between two kills, at most.
    """
    chance = random.Random(seed)
    sweep, _ = start_sweep(file, folder)
    made: Counter[str] = Counter()
    seen: dict[str, tuple[int, int]] = {}
    changed = restarts = 0
    driver: subprocess.Popen[bytes] | None = None
    while made.total() < kills and not _is_over(sweep):
        if driver is None or driver.poll() is not None:
            driver, restarts = _start(folder), restarts + 1
        time.sleep(chance.uniform(0.0, longest))
        made.update(_kill_one(folder, chance))
        changed += _changes(sweep, seen)
    if driver is not None:
        driver.wait()
    while not _is_over(sweep):
        _start(folder).wait()
        restarts += 1
    changed += _changes(sweep, seen)
    folders = [sweep.run_folder(job.run_id) for job in sweep.plan.jobs]
    evidence = Evidence(
        kills=dict(sorted(made.items())),
        restarts=restarts,
        runs=len(folders),
        finished=sum(one.is_finished for one in folders),
        results_changed=changed,
        ended_twice=sum(one.ended("done") > 1 for one in folders),
        attempts=sum("began" in line for one in folders for line in one.attempts()),
    )
    return sweep, evidence


def processes_of(folder: Path) -> dict[str, list[int]]:
    """{"sweep", "worker", "command"}: processes whose command line names the sweep folder."""
    found: dict[str, list[int]] = {"sweep": [], "worker": [], "command": []}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in words:
            kind = "worker" if b"--serve" in words else "sweep" if b"resume" in words else "command"
            found[kind].append(int(entry.name))
    return found


def _start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _START, "sweep", "resume", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(os.environ, threads=1, cache=None),
    )


def _is_over(sweep: Sweep) -> bool:
    folders = [sweep.run_folder(job.run_id) for job in sweep.plan.jobs]
    return all(folder.is_finished or folder.failure() is not None for folder in folders)


def _kill_one(folder: Path, chance: random.Random) -> list[str]:
    """Kill one process of the sweep, or all at once as a power cut does."""
    found = processes_of(folder)
    kinds = [kind for kind, pids in found.items() if pids]
    if not kinds:
        return []
    kind = chance.choice([*kinds, "everything"])
    if kind == "everything":
        pids = [pid for group in found.values() for pid in group]
    else:
        pids = [chance.choice(sorted(found[kind]))]
    hit = [pid for pid in pids if _kill(pid)]
    return [kind] if hit else []


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _changes(sweep: Sweep, seen: dict[str, tuple[int, int]]) -> int:
    """Results that are another file than when they were seen first."""
    changed = 0
    for job in sweep.plan.jobs:
        path = sweep.run_folder(job.run_id).path / "result.json"
        try:
            known = path.stat()
        except FileNotFoundError:
            changed += job.run_id in seen
            continue
        state = (known.st_ino, known.st_mtime_ns)
        changed += seen.setdefault(job.run_id, state) != state
    return changed
