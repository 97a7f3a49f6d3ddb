"""Runs the runs of a plan to their end, from whatever state a killed sweep left behind."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from isoflop.core.errors import DataError, IsoflopError, MissingExtra, UsageError
from isoflop.core.files import canonical_json, write_atomic
from isoflop.measure.launch.index import Index
from isoflop.measure.launch.job import Job
from isoflop.measure.launch.launcher import Slot, get_launcher
from isoflop.measure.launch.plan import Plan
from isoflop.measure.launch.run_folder import RunFolder, is_disk_full
from isoflop.measure.launch.scheduler import Scheduler
from isoflop.measure.launch.worker import Request

_TRIES = 4  # a look by `status` may hold the lock for a moment
_LOOK = 0.2  # seconds between looks for a request to cancel; assumption


@dataclass(frozen=True)
class Sweep:
    """A sweep on disk: the plan, the index, one directory a run."""

    folder: Path
    plan: Plan

    @classmethod
    def open(cls, folder: Path) -> Sweep:
        """A sweep that was started before.

        Raises
        ------
        DataError
            E437 if the folder is none.
        """
        return cls(folder, Plan.load(folder / "plan.json"))

    @classmethod
    def create(cls, folder: Path, plan: Plan, source: str) -> Sweep:
        """Write the plan; runs of an earlier plan that are in this one as well are kept.

        Parameters
        ----------
        source : text of the sweep file, kept beside the runs.
        """
        with _disk(folder):
            (folder / "runs").mkdir(parents=True, exist_ok=True)
            write_atomic(folder / "sweep.toml", source)
            write_atomic(folder / "plan.json", plan.to_json())
        return cls(folder, plan)

    @property
    def index(self) -> Index:
        """The SQLite index."""
        return Index(self.folder / "index.sqlite")

    def run_folder(self, run_id: str) -> RunFolder:
        """Where a run lives."""
        return RunFolder(self.folder / "runs" / run_id)

    def refresh(self) -> Index:
        """The index, brought up to date with the run folders."""
        with _disk(self.folder):
            self.index.refresh(self.plan.jobs, self.run_folder)
        return self.index

    def run(self, progress: Callable[[Job, str, str | None], None] | None = None) -> str | None:
        """Run what is left; returns why it stopped early, None when nothing is left to do.

        Parameters
        ----------
        progress : called with (job, status, error) at every change, from any thread.

        Raises
        ------
        UsageError
            E436 if another process runs this sweep.
        DataError
            E435 if the disk is full; everything finished is kept.
        """
        with _driving(self.folder), _disk(self.folder):
            self.cancel_file.unlink(missing_ok=True)
            self._write_jobs()
            self.index.refresh(self.plan.jobs, self.run_folder)
            return self._drive(progress)

    @property
    def cancel_file(self) -> Path:
        """Its presence asks the process that runs the sweep to stop."""
        return self.folder / "cancel"

    def retry_failed(self) -> int:
        """Give runs that failed another chance; returns how many."""
        failed = [self.run_folder(job.run_id) for job in self.plan.jobs]
        failed = [folder for folder in failed if folder.failure() is not None]
        for folder in failed:
            folder.reset()
        return len(failed)

    def _write_jobs(self) -> None:
        """Say in each folder what to run; paths may have moved since an earlier plan."""
        for job in self.plan.jobs:
            folder = self.run_folder(job.run_id)
            path, text = folder.path / "job.json", canonical_json(job.to_dict())
            folder.path.mkdir(exist_ok=True)
            is_stale = not folder.is_finished and path.exists() and path.read_text("utf-8") != text
            if is_stale or not path.exists():
                write_atomic(path, text)

    def _drive(self, progress: Callable[[Job, str, str | None], None] | None) -> str | None:
        positions = {job.run_id: i for i, job in enumerate(self.plan.jobs)}
        lock = threading.Lock()

        def noted(job: Job, status: str, error: str | None) -> None:
            with lock:
                self.index.note(positions[job.run_id], job, self.run_folder(job.run_id))
                if progress is not None:
                    progress(job, status, error)

        scheduler = Scheduler(self.plan.jobs, self.run_folder, self.plan.launch, noted)
        launcher = get_launcher(self.plan.launch.backend)
        slots = [
            launcher.open_slot(self.plan.launch, self.folder, number)
            for number in range(max(1, min(self.plan.launch.workers, len(self.plan.jobs))))
        ]
        failures: list[BaseException] = []
        threads = [
            threading.Thread(target=self._work, args=(scheduler, slot, failures), daemon=True)
            for slot in slots
        ]
        try:
            for thread in threads:
                thread.start()
            self._watch(scheduler, threads)
        except KeyboardInterrupt:
            scheduler.stop("interrupted")
        finally:
            scheduler.stop("over")
            for slot in slots:
                slot.stop()
            for thread in threads:
                thread.join()
        if failures:
            raise failures[0]
        if scheduler.stopped == "no_space":
            raise disk_full(self.folder)
        if scheduler.stopped == "unable":
            raise _unable(scheduler.problem or "", self.folder)
        return None if scheduler.stopped == "over" else scheduler.stopped

    def _watch(self, scheduler: Scheduler, threads: list[threading.Thread]) -> None:
        while any(thread.is_alive() for thread in threads) and scheduler.stopped is None:
            threads[0].join(_LOOK)
            if not threads[0].is_alive():
                threads.append(threads.pop(0))
            if self.cancel_file.exists():
                scheduler.stop("cancelled")

    def _work(self, scheduler: Scheduler, slot: Slot, failures: list[BaseException]) -> None:
        """What one thread does for one slot."""
        last: Job | None = None
        launch = self.plan.launch
        try:
            while jobs := scheduler.take(last):
                folders = [str(self.run_folder(job.run_id).path.resolve()) for job in jobs]
                request: Request = {
                    "folders": folders,
                    "stack": launch.stack,
                    "timeout": launch.timeout,
                    "retries": launch.retries,
                }
                answer = slot.run(request)
                scheduler.report(jobs, answer)
                last = jobs[-1]
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            failures.append(error)
            scheduler.stop("error")


def disk_full(folder: Path) -> DataError:
    """What is said when no space is left."""
    return DataError(
        "No space is left on the disk; the sweep stopped.",
        where=str(folder),
        matters="every finished run is kept; runs that were going on will be made again.",
        do="free some space, then: isoflop sweep resume " + str(folder),
        code="E435",
    )


def _unable(problem: str, folder: Path) -> IsoflopError:
    """What is said when workers cannot do their work, whatever the run."""
    stopped = "it was not tried further: every run would fail alike."
    if problem.startswith("["):
        return MissingExtra(
            "The runs need what is not installed.",
            where=problem.splitlines()[0],
            matters=stopped,
            do="install it (training needs: pip install 'isoflop[train]'), then resume the sweep.",
        )
    return UsageError(
        f"Workers end before they begin a run: {problem}.",
        where=f"{folder / 'worker.log'} has what they said",
        matters=stopped,
        do="correct the environment they start in, then resume the sweep.",
        code="E441",
    )


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Says clearly that the disk is full, whoever met it."""
    try:
        yield
    except (OSError, IsoflopError, sqlite3.OperationalError) as error:
        full = is_disk_full(error) or "disk is full" in str(error)
        if not full or getattr(error, "code", None) == "E435":
            raise
        raise disk_full(folder) from error


@contextmanager
def _driving(folder: Path) -> Iterator[None]:
    """Be the one process that runs this sweep."""
    handle = os.open(folder / "driver.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not any(_locks(handle, fcntl.LOCK_EX) for _ in range(_TRIES)):
            raise UsageError(
                "Another process runs this sweep.",
                where=str(folder),
                matters="two would wait for each other's runs.",
                do="watch it with: isoflop sweep status; stop it with: isoflop sweep cancel",
                code="E436",
            )
        yield
    finally:
        os.close(handle)


def stay_alone(folder: Path) -> None:
    """Refuse to touch a sweep that another process runs (E436)."""
    if (folder / "driver.lock").exists():
        with _driving(folder):
            return


def is_driven(folder: Path) -> bool:
    """True while a process runs this sweep."""
    try:
        handle = os.open(folder / "driver.lock", os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        return not _locks(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _locks(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(_LOOK / 4)
        return False
    return True
