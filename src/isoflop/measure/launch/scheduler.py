"""Which run is next: grouped by shape, after its trunk, never one that another process holds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from isoflop.measure.launch.job import Job
from isoflop.measure.launch.launcher import LaunchOptions
from isoflop.measure.launch.run_folder import RunFolder
from isoflop.measure.launch.worker import Outcome

_STILLBORN = 5  # workers that died in a row before any run began: they cannot work; assumption
_LOOK_AGAIN = 0.5  # seconds between looks at a run that another process holds; assumption


@dataclass
class Scheduler:
    """The queue of a sweep, shared by the threads of its slots.

    Parameters
    ----------
    jobs : all runs of the plan.
    folder_of : the folder of a run.
    noted : called with (job, status, error) at every change.
    """

    jobs: Sequence[Job]
    folder_of: Callable[[str], RunFolder]
    options: LaunchOptions
    noted: Callable[[Job, str, str | None], None]
    stopped: str | None = None
    problem: str | None = None
    _waiting: dict[str, Job] = field(default_factory=dict)
    _running: dict[str, Job] = field(default_factory=dict)
    _held: set[str] = field(default_factory=set)
    _ended: dict[str, str] = field(default_factory=dict)
    _stillborn: int = 0
    _tried: set[str] = field(default_factory=set)
    _group: dict[str, str] = field(default_factory=dict)
    _change: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        largest = self.options.order == "large_first"
        order = sorted(self.jobs, key=lambda job: job.flops, reverse=largest)
        for job in order:
            self._group[job.run_id] = job.group
            folder = self.folder_of(job.run_id)
            if folder.is_finished:
                self._ended[job.run_id] = "done"
            elif folder.failure() is not None:
                self._ended[job.run_id] = "failed"
            else:
                self._waiting[job.run_id] = job

    def take(self, last: Job | None) -> list[Job]:
        """Runs to do now, of the group of the last ones if it has any left; none: all is over."""
        with self._change:
            while self.stopped is None:
                self._free_held()
                chosen = self._choose(last)
                if chosen:
                    for job in chosen:
                        self._running[job.run_id] = self._waiting.pop(job.run_id)
                    break
                if not self._running and not self._held:
                    return []
                self._change.wait(_LOOK_AGAIN)
            else:
                return []
        for job in chosen:
            self.noted(job, "running", None)
        return chosen

    def report(self, asked: Sequence[Job], answer: Sequence[Outcome] | str) -> None:
        """Take in how runs came back, or that their worker died."""
        outcomes = self._deaths(asked, answer) if isinstance(answer, str) else answer
        by_id = {outcome["run_id"]: outcome for outcome in outcomes}
        for job in asked:
            status, error = by_id[job.run_id]["status"], by_id[job.run_id]["error"]
            with self._change:
                del self._running[job.run_id]
                self._settle(job, status, error)
                self._change.notify_all()
            self.noted(job, status, error)

    def stop(self, why: str) -> None:
        """Give out nothing more; the first reason stays."""
        with self._change:
            self.stopped = self.stopped or why
            self._change.notify_all()

    @property
    def blocked(self) -> list[Job]:
        """Runs that wait for the checkpoint of a run that failed."""
        return [
            job for job in self._waiting.values() if self._ended.get(job.after or "") == "failed"
        ]

    def _settle(self, job: Job, status: str, error: str | None) -> None:
        if status == "busy":
            self._waiting[job.run_id] = job
            self._held.add(job.run_id)
        elif status == "done":
            self._ended[job.run_id] = "done"
        elif status == "given_up":
            self._ended[job.run_id] = "failed"
        else:
            self._waiting[job.run_id] = job
            self._tried.add(job.run_id)
        if status in ("no_space", "unable"):
            self.stopped = self.stopped or status
            self.problem = error

    def _deaths(self, asked: Sequence[Job], how: str) -> list[Outcome]:
        """What a dead worker left behind: a finished run stays finished, others may be retried."""
        outcomes: list[Outcome] = []
        if self.stopped is None:
            begun = [self._has_begun(self.folder_of(job.run_id)) for job in asked]
            self._stillborn = 0 if any(begun) else self._stillborn + 1
        for job in asked:
            folder = self.folder_of(job.run_id)
            status = "stopped" if self.stopped else self._died(folder, how)
            error = how if status in ("failed", "given_up", "unable") else None
            outcomes.append({"run_id": job.run_id, "status": status, "error": error})
        return outcomes

    def _died(self, folder: RunFolder, how: str) -> str:
        """What becomes of a run whose worker died."""
        if folder.is_finished:
            return "done"
        with folder.locked() as lock:
            return "busy" if lock is None else self._mourned(folder, how)

    def _mourned(self, folder: RunFolder, how: str) -> str:
        if not self._has_begun(folder):  # its turn had not come
            return "unable" if self._stillborn >= _STILLBORN else "failed"
        folder.end("died", how)
        if folder.ended("died") <= self.options.deaths:
            return "failed"
        folder.give_up(f"{how}, {folder.ended('died')} times")
        return "given_up"

    def _has_begun(self, folder: RunFolder) -> bool:
        return folder.is_finished or "began" in (folder.attempts() or [{}])[-1]

    def _free_held(self) -> None:
        """Runs held elsewhere: adopt the result if there is one, else try again when let go."""
        for run_id in list(self._held):
            folder = self.folder_of(run_id)
            if folder.is_finished:
                self._ended[run_id] = "done"
                self.noted(self._waiting.pop(run_id), "done", None)
                self._held.discard(run_id)
            elif folder.holder() is None:
                self._held.discard(run_id)

    def _choose(self, last: Job | None) -> list[Job]:
        ready = [
            job
            for job in self._waiting.values()
            if job.run_id not in self._held
            and (job.after is None or self._ended.get(job.after) == "done")
        ]
        if not ready:
            return []
        group = self._group
        same = [
            job for job in ready if last is not None and group[job.run_id] == group[last.run_id]
        ]
        busy = {group[run_id] for run_id in self._running}
        fresh = [job for job in ready if group[job.run_id] not in busy]
        first = (same or fresh or ready)[0]
        if first.run_id in self._tried:
            return [first]
        like = [
            job
            for job in ready
            if group[job.run_id] == group[first.run_id] and job.run_id not in self._tried
        ]
        like.sort(key=lambda job: job.stack != first.stack)
        return like[: max(self.options.stack, self.options.runs_per_request)]
