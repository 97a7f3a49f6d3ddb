"""One run on disk: its job, its lock, its attempts, its end. The folder is the only truth.

job.json         what to run; written once
lock             held (flock) by whoever works on the run, for as long as that process lives
attempts.jsonl   one line when an attempt begins, one when it ends
log              what the run printed
steps.jsonl      one line a logged step
result.json      appears whole, last: the run is finished exactly when it exists
failed.json      the run was given up: why, and the last lines of its log
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from isoflop.core.files import canonical_json, write_atomic

Ending: TypeAlias = Literal["done", "failed", "died", "stopped", "no_space"]
TAIL_LINES = 20
ATTEMPT = "=== attempt at"
"""Begins the line of a log that separates attempts."""


@dataclass(frozen=True)
class RunFolder:
    """The directory of one run; every method reads the disk afresh."""

    path: Path

    @property
    def run_id(self) -> str:
        """The name of the directory."""
        return self.path.name

    @property
    def sweep(self) -> Path:
        """The folder of the sweep it belongs to."""
        return self.path.parent.parent

    @property
    def steps(self) -> Path:
        """The file of logged steps."""
        return self.path / "steps.jsonl"

    @property
    def log(self) -> Path:
        """What the run printed."""
        return self.path / "log"

    @property
    def is_finished(self) -> bool:
        """True once its result exists."""
        return (self.path / "result.json").exists()

    def job(self) -> dict[str, Any]:  # Any: a JSON document
        """What to run."""
        document: dict[str, Any] = json.loads((self.path / "job.json").read_text("utf-8"))
        return document

    def result(self) -> dict[str, Any] | None:  # Any: a JSON document
        """The final state, None while there is none."""
        return _read(self.path / "result.json")

    def failure(self) -> dict[str, Any] | None:  # Any: a JSON document
        """Why the run was given up, None if it was not."""
        return _read(self.path / "failed.json")

    def write_result(self, result: dict[str, object]) -> None:
        """Finish the run."""
        write_atomic(self.path / "result.json", canonical_json(result))

    @contextmanager
    def locked(self) -> Iterator[int | None]:
        """Hold the run: the descriptor of the lock, None if another process holds it.

        The kernel lets go when the last process holding the descriptor ends, however it ends; a
        child that inherits it keeps the run held, so an orphaned script is never run beside.
        """
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES):
                    raise
                yield None
            else:
                os.ftruncate(handle, 0)
                os.pwrite(handle, f"{socket.gethostname()} {os.getpid()}\n".encode(), 0)
                yield handle
        finally:
            os.close(handle)

    def holder(self) -> tuple[str, int] | None:
        """Host and process that hold the run, None if nobody does."""
        try:
            handle = os.open(self.path / "lock", os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            host, _, pid = os.pread(handle, 256, 0).decode("utf-8", "replace").partition(" ")
            return (host, int(pid)) if pid.strip().isdigit() else ("unknown", 0)
        else:
            return None
        finally:
            os.close(handle)

    def attempts(self) -> list[dict[str, Any]]:  # Any: JSON lines
        """Beginnings and ends of attempts since the last reset; a line cut off is left out."""
        found: list[dict[str, Any]] = []
        for _, record in read_lines(self.path / "attempts.jsonl"):
            if record is not None:
                found = [] if "reset" in record else [*found, record]
        return found

    def ended(self, status: Ending) -> int:
        """How many attempts ended so."""
        return sum(record.get("ended") == status for record in self.attempts())

    def begin(self) -> None:
        """Note that an attempt begins; leftovers of half written files go."""
        for leftover in self.path.glob(".*.json.*"):
            leftover.unlink(missing_ok=True)
        self._note({"began": now(), "host": socket.gethostname(), "pid": os.getpid()})

    def end(self, status: Ending, error: str | None = None) -> None:
        """Note how an attempt ended."""
        self._note({"ended": status, "at": now()} | ({"error": error} if error else {}))

    def give_up(self, error: str) -> None:
        """Record that the run failed for good."""
        document = {"run_id": self.run_id, "error": error, "log": self.tail(), "at": now()}
        write_atomic(self.path / "failed.json", canonical_json(document))

    def reset(self) -> None:
        """Give a failed run another chance: forget its failures, keep their record."""
        self._note({"reset": now()})
        (self.path / "failed.json").unlink(missing_ok=True)

    def tail(self, lines: int = TAIL_LINES) -> list[str]:
        """The last lines of the log, of the last attempt alone."""
        try:
            with self.log.open("rb") as handle:
                handle.seek(0, os.SEEK_END)
                handle.seek(max(0, handle.tell() - 200 * lines))
                text = handle.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return []
        begin = text.rfind(ATTEMPT)
        said = text if begin < 0 else text[begin:].partition("\n")[2]
        return said.splitlines()[-lines:]

    def _note(self, record: Mapping[str, object]) -> None:
        """Append one line in one write, on a line of its own even after a torn one."""
        path = self.path / "attempts.jsonl"
        torn = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size > 0
        line = ("\n" if torn else "") + json.dumps(record) + "\n"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:  # Any: JSON lines
    """Line numbers and objects of a JSONL file; None for a line that holds no object."""
    if not path.exists():
        return
    with path.open("r", encoding="utf-8", errors="replace") as handle:
        for number, line in enumerate(handle, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                record = None
            yield number, record if isinstance(record, dict) else None


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def is_disk_full(error: BaseException | None) -> bool:
    """True if the error, or one that caused it, is a full disk or quota."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    return False


def _read(path: Path) -> dict[str, Any] | None:  # Any: a JSON document
    try:
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return document
