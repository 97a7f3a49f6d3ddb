"""The process that does the work: ``python -m isoflop.measure.launch.worker RUN_FOLDER...``.

With ``--serve SWEEP`` it stays: one JSON request a line on stdin, one JSON answer a line on stdout,
until stdin ends; the folder only tells a reader of the process list what it is for. One process
runs many jobs in turn, so that libraries are imported once and compiled programs are reused.
Orphaned, it finishes what it has, holding the lock, and ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TypedDict

from isoflop.core.errors import DataError, IsoflopError, MissingExtra
from isoflop.measure.launch.command import run_command
from isoflop.measure.launch.job import Job
from isoflop.measure.launch.run_folder import ATTEMPT, RunFolder, is_disk_full, now

_LAST_WARNING = 60.0  # seconds from the timeout to the kill of a program that does not listen


class Request(TypedDict):
    """What to do: run folders in turn, how many may be trained together, seconds, retries."""

    folders: list[str]
    stack: int
    timeout: float | None
    retries: int


class Outcome(TypedDict):
    """How one run came back.

    The status is done, failed (may be tried again), given_up, busy (another process holds it),
    no_space, or unable (what it needs is not installed).
    """

    run_id: str
    status: str
    error: str | None


def environment(base: Mapping[str, str], *, threads: int, cache: Path | None) -> dict[str, str]:
    """Variables a worker starts with: its share of the threads, one cache of compiled programs."""
    found = dict(base)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        found[name] = str(threads)
    if threads == 1:
        flags = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        found["XLA_FLAGS"] = f"{base.get('XLA_FLAGS', '')} {flags}".strip()
    if cache is not None:
        found.setdefault("JAX_COMPILATION_CACHE_DIR", str(cache))
        found.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.3")
    found.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    home = str(Path(__file__).resolve().parents[3])
    found["PYTHONPATH"] = os.pathsep.join(filter(None, (home, base.get("PYTHONPATH"))))
    return found


def run_request(request: Request) -> list[Outcome]:
    """Run the jobs of a request; whatever goes wrong with one is its outcome, never an exception.

    Runs another process holds come back as busy, finished ones as done, without being run.
    """
    outcomes: list[Outcome] = []
    folders = [RunFolder(Path(path)) for path in request["folders"]]
    for together in _stacks(folders, request["stack"]):
        with ExitStack() as held:
            mine: list[tuple[RunFolder, int]] = []
            for folder in together:
                lock = held.enter_context(folder.locked())
                if lock is None:
                    outcomes.append(_outcome(folder, "busy"))
                elif folder.is_finished:
                    outcomes.append(_outcome(folder, "done"))
                else:
                    mine.append((folder, lock))
            if mine:
                outcomes += _attempt(mine, request)
    return outcomes


def run_here(request: Request, threads: int, cache: Path) -> list[Outcome]:
    """Run a request in this process, which does nothing else."""
    os.environ.update(environment(os.environ, threads=threads, cache=cache))
    return run_request(request)


def _stacks(folders: list[RunFolder], most: int) -> list[list[RunFolder]]:
    """Runs that are trained together; each alone unless stacking is asked for."""
    if most == 1 or len(folders) == 1:
        return [[folder] for folder in folders]
    jobs = {folder: Job.from_dict(folder.job()) for folder in folders}
    found: dict[str, list[RunFolder]] = {}
    for folder, job in jobs.items():
        found.setdefault(job.stack if job.kind == "train" else job.run_id, []).append(folder)
    return [group[i : i + most] for group in found.values() for i in range(0, len(group), most)]


def _attempt(held: list[tuple[RunFolder, int]], request: Request) -> list[Outcome]:
    """One attempt at runs whose locks are held."""
    folders = [folder for folder, _ in held]
    try:
        for folder in folders:
            folder.begin()
        with _printing_to(folders[0].log), _alarm(folders[0], request["timeout"]):
            try:
                _work(held)
            except IsoflopError:
                raise
            except BaseException:
                traceback.print_exc()
                raise
    except Exception as error:  # noqa: BLE001 - a run that fails must not end the sweep
        return [_failed(folder, error, request["retries"]) for folder in folders]
    except BaseException as error:
        for folder in folders:
            folder.end("stopped", type(error).__name__)
        raise
    return [_finished(folder, request["retries"]) for folder in folders]


def _finished(folder: RunFolder, retries: int) -> Outcome:
    if not folder.is_finished:
        return _failed(folder, RuntimeError("it ended without a result"), retries)
    folder.end("done")
    return _outcome(folder, "done")


def _work(held: list[tuple[RunFolder, int]]) -> None:
    jobs = [Job.from_dict(folder.job()) for folder, _ in held]
    if jobs[0].kind == "command":
        for job, (folder, lock) in zip(jobs, held, strict=True):
            run_command(job, folder, lock)
        return
    from isoflop.measure.launch.trainer import train

    folders = [folder for folder, _ in held]
    placed = [_placed(job.settings, at) for job, at in zip(jobs, folders, strict=True)]
    train(placed, [folder.path for folder in folders])


def _placed(settings: Mapping[str, Any], folder: RunFolder) -> dict[str, Any]:  # Any: TOML values
    """Settings with the checkpoint of another run of the sweep as a full path."""
    branch = settings.get("branch_from")
    return dict(settings) | ({"branch_from": str(folder.sweep / branch)} if branch else {})


def _failed(folder: RunFolder, error: Exception, retries: int) -> Outcome:
    text = str(error) if isinstance(error, IsoflopError) else f"{type(error).__name__}: {error}"
    if isinstance(error, MissingExtra):
        folder.end("stopped", text)
        return _outcome(folder, "unable", text)
    full = is_disk_full(error) or any("No space left on device" in line for line in folder.tail())
    try:
        folder.end("no_space" if full else "failed", text)
        if full:
            return _outcome(folder, "no_space", text)
        if folder.ended("failed") > retries:
            folder.give_up(text)
            return _outcome(folder, "given_up", text)
    except (OSError, IsoflopError) as second:
        if is_disk_full(second):
            return _outcome(folder, "no_space", text)
        raise
    return _outcome(folder, "failed", text)


def _outcome(folder: RunFolder, status: str, error: str | None = None) -> Outcome:
    return {"run_id": folder.run_id, "status": status, "error": error}


@contextmanager
def _printing_to(log: Path) -> Iterator[None]:
    """Everything printed, by Python or below it, goes to the log of the run."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(handle, f"{ATTEMPT} {now()}\n".encode())
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)
        for one in (handle, *kept):
            os.close(one)


@contextmanager
def _alarm(folder: RunFolder, timeout: float | None) -> Iterator[None]:
    """Stops work in this process after a time: asked first, killed a minute later."""
    if timeout is None:
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, _LAST_WARNING)
        raise _took_too_long(folder, timeout)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, timeout)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def _took_too_long(folder: RunFolder, timeout: float) -> DataError:
    return DataError(
        f"Run {folder.run_id} took more than {timeout:g} s.",
        where=str(folder.path),
        matters="it was stopped, so that the rest of the sweep goes on.",
        do="raise timeout in [launch], or make the run smaller.",
        code="E442",
    )


def serve() -> None:
    """Answer requests until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        outcomes = run_request(json.loads(line))
        try:
            answers.write(json.dumps(outcomes) + "\n")
            answers.flush()
        except BrokenPipeError:  # the sweep that asked is gone; the run folder holds the answer
            os._exit(0)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main(arguments: list[str]) -> None:
    """Serve, or run the folders named, one after another."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    if arguments[:1] == ["--serve"]:
        serve()
        return
    for path in arguments:
        for outcome in run_request({"folders": [path], "stack": 1, "timeout": None, "retries": 0}):
            sys.stderr.write(f"{outcome['run_id']} {outcome['status']} {outcome['error'] or ''}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
