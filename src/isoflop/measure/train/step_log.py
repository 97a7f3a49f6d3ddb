"""The file of a run's steps: one JSON object a line, appended, cut back when a run resumes."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO, TypeAlias

from isoflop.core.errors import DataError
from isoflop.core.files import write_atomic

Line: TypeAlias = dict[str, Any]  # Any: JSON values
NAME = "steps.jsonl"


class StepLog:
    """Appends lines to ``steps.jsonl``; those kept from before are in ``lines``.

    Parameters
    ----------
    folder : of the run.
    upto : keep earlier lines up to this step; later ones will be written again.
    """

    def __init__(self, folder: Path, upto: int) -> None:
        self.path = folder / NAME
        self.lines = [line for line in _read(self.path) if line["step"] <= upto]
        write_atomic(self.path, "".join(map(_text, self.lines)))
        self._handle: TextIO = self.path.open("a", encoding="utf-8")

    def append(self, lines: Iterable[Line]) -> None:
        """Write lines and hand them to the operating system.

        Raises
        ------
        DataError
            E417 if the disk does not take them.
        """
        new = list(lines)
        self.lines += new
        try:
            self._handle.write("".join(map(_text, new)))
            self._handle.flush()
        except OSError as error:
            raise cannot_write(self.path, error) from error

    def sync(self) -> None:
        """Make sure that lines are on disk before a checkpoint relies on them."""
        os.fsync(self._handle.fileno())

    def close(self) -> None:
        """Close the file."""
        self._handle.close()


def cannot_write(path: Path, error: OSError) -> DataError:
    """Error for a full or failing disk."""
    return DataError(
        f"Cannot write {path}: {error.strerror}.",
        where=str(path),
        matters="the run stops here; what was written before stays valid.",
        do="make room and start the same command again: it resumes from its last checkpoint.",
        code="E417",
    )


def _text(line: Line) -> str:
    return json.dumps({k: _finite(v) for k, v in line.items()}, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:  # Any: JSON values
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _read(path: Path) -> list[Line]:
    """Whole lines of an earlier attempt; one torn by a kill is left out."""
    if not path.exists():
        return []
    lines = []
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(text))
        except ValueError:
            break
    return lines
