"""Slurm through submitit: a slot is one job of the cluster at a time, which runs many runs in turn.

A job that is still queued when the sweep is killed may start later: it finds its runs finished or
held, and leaves them. The sweep folder must lie on a file system that all nodes share, and whose
file locks reach across nodes (flock on NFS 4, Lustre mounted with ``flock``).
"""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import Any

from isoflop.core.errors import MissingExtra, UsageError
from isoflop.measure.launch.launcher import Launcher, LaunchOptions
from isoflop.measure.launch.worker import Outcome, Request, run_here

_CLUSTERS = ("slurm", "local", "debug")
_GRACE = 10.0  # seconds a cancelled job has to end; assumption
_LOOK = 1.0  # seconds between looks at a queued job; assumption
_NOT_OURS = ("cluster", "look")


class SlurmSlot:
    """Submits one request at a time and waits for it."""

    def __init__(self, executor: Any, options: LaunchOptions, sweep: Path, look: float) -> None:
        self._executor = executor  # Any: submitit is optional
        self._options = options
        self._sweep = sweep
        self._look = look
        self._stop = threading.Event()

    def run(self, request: Request) -> list[Outcome] | str:
        """Submit, wait, and take the answer."""
        if self._stop.is_set():
            return "the sweep was stopped"
        job = self._executor.submit(run_here, request, self._options.threads, self._sweep / "cache")
        while not job.done():
            if self._stop.wait(self._look):
                return self._cancelled(job)
        error = job.exception()
        if error is not None:
            lines = str(error).strip().splitlines()
            return f"job {job.job_id} ended without an answer: {(lines or ['no reason given'])[-1]}"
        outcomes: list[Outcome] = job.result()
        return outcomes

    def _cancelled(self, job: Any) -> str:
        job.cancel(check=False)
        deadline = time.monotonic() + _GRACE
        while not job.done() and time.monotonic() < deadline:
            time.sleep(self._look)
        return "the job was cancelled"

    def stop(self) -> None:
        """Cancel what was submitted."""
        self._stop.set()


def _open(options: LaunchOptions, sweep: Path, number: int) -> SlurmSlot:
    try:
        import submitit
    except ImportError as error:
        raise MissingExtra(
            "The Slurm back end needs submitit.",
            where='[launch] backend = "slurm"',
            matters="jobs are submitted and watched through it.",
            do="pip install 'isoflop[slurm]'",
        ) from error
    given = dict(options.extra)
    cluster = given.pop("cluster", "slurm")
    if cluster not in _CLUSTERS or (cluster == "slurm" and not shutil.which("srun")):
        raise UsageError(
            f"There is no Slurm here (cluster = {cluster!r}, no srun on the path).",
            where='[launch] backend = "slurm"',
            matters="no job can be submitted.",
            do='run the sweep on a login node, or use backend = "local".',
            code="E441",
        )
    executor = submitit.AutoExecutor(folder=sweep / "slurm", cluster=cluster)
    per_job = options.stack * (options.timeout or 0.0) / 60.0
    words = {"partition": "slurm_partition", "account": "slurm_account", "qos": "slurm_qos"}
    known = {words.get(key, key): value for key, value in given.items() if key not in _NOT_OURS}
    if per_job and "timeout_min" not in known:
        known["timeout_min"] = int(per_job) + 2
    known.setdefault("cpus_per_task", options.threads)
    executor.update_parameters(name=f"isoflop-{sweep.name}", **known)
    return SlurmSlot(executor, options, sweep, float(given.get("look", _LOOK)))


LAUNCHER = Launcher(
    name="slurm",
    about="Jobs of a Slurm cluster through submitit; workers says how many at once.",
    extra_keys={
        "cluster": "slurm, or local to try without a cluster",
        "look": "seconds between looks at a job",
        "partition": "Slurm partition",
        "account": "Slurm account",
        "qos": "Slurm quality of service",
        "timeout_min": "minutes of a Slurm job",
        "cpus_per_task": "processors of a job",
        "gpus_per_node": "accelerators of a job",
        "mem_gb": "memory of a job, GB",
    },
    open_slot=_open,
)
