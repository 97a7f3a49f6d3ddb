"""An SQLite index of a sweep: derived from the run folders, rebuilt when in doubt."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isoflop.measure.launch.job import Job
from isoflop.measure.launch.run_folder import RunFolder

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
  run_id TEXT PRIMARY KEY, position INTEGER, role TEXT, settings TEXT,
  params REAL, tokens REAL, flops REAL, steps REAL,
  status TEXT, step REAL, failures INTEGER, loss REAL, wall_seconds REAL, error TEXT
)
"""
_COLUMNS = (
    *("run_id", "position", "role", "settings", "params", "tokens", "flops", "steps"),
    *("status", "step", "failures", "loss", "wall_seconds", "error"),
)
_UPSERT = (
    f"INSERT OR REPLACE INTO runs ({', '.join(_COLUMNS)}) "
    f"VALUES ({', '.join('?' for _ in _COLUMNS)})"
)
_PATIENCE = 30.0  # seconds to wait for another process that writes; assumption


@dataclass(frozen=True)
class Index:
    """The index of one sweep folder; several processes may use it."""

    path: Path

    def refresh(self, jobs: Iterable[Job], folder_of: Any) -> None:  # Any: (run_id) -> RunFolder
        """Read every run folder again; rows of runs that are no longer planned go."""
        rows = [_row(position, job, folder_of(job.run_id)) for position, job in enumerate(jobs)]
        try:
            self._replace(rows)
        except sqlite3.OperationalError:
            raise  # a full disk or a lock: not a damaged file
        except sqlite3.DatabaseError:
            for suffix in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            self._replace(rows)

    def note(self, position: int, job: Job, folder: RunFolder) -> None:
        """Read one run folder again."""
        with self._open() as connection, connection:
            connection.execute(_UPSERT, _row(position, job, folder))

    def rows(self) -> list[dict[str, Any]]:  # Any: SQLite values
        """All runs in the order of the plan."""
        with self._open() as connection:
            connection.row_factory = sqlite3.Row
            found = connection.execute("SELECT * FROM runs ORDER BY position").fetchall()
        return [dict(row) | {"settings": json.loads(row["settings"])} for row in found]

    def _replace(self, rows: list[tuple[object, ...]]) -> None:
        with self._open() as connection, connection:
            connection.execute("DELETE FROM runs")
            connection.executemany(_UPSERT, rows)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=_PATIENCE)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(_SCHEMA)
            yield connection


def _row(position: int, job: Job, folder: RunFolder) -> tuple[object, ...]:
    result, failure = folder.result(), folder.failure()
    expected = {**job.expected, **(result or {})}
    if result is not None:
        status = str(result.get("status", "done"))
    elif failure is not None:
        status = "failed"
    else:
        status = "running" if folder.holder() is not None else "left"
    return (
        job.run_id,
        position,
        job.role,
        json.dumps(dict(job.settings)),
        expected.get("params"),
        expected.get("tokens"),
        expected.get("flops"),
        expected.get("steps"),
        status,
        last_step(folder) if status == "running" else None,
        folder.ended("failed") + folder.ended("died"),
        (result or {}).get("loss"),
        (result or {}).get("wall_seconds"),
        (failure or {}).get("error"),
    )


def last_step(folder: RunFolder) -> float | None:
    """The step a running run logged last."""
    try:
        with folder.steps.open("rb") as handle:
            handle.seek(0, 2)
            handle.seek(max(0, handle.tell() - 4096))
            lines = handle.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return None
    for line in reversed(lines):
        try:
            step = json.loads(line)["step"]
        except (ValueError, KeyError, TypeError):
            continue
        return float(step) if isinstance(step, int | float) else None
    return None
