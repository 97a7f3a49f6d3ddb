"""The file of a ledger: read and checked as a whole, appended to whole or not at all."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from isoflop.core.errors import DataError, UsageError
from isoflop.core.files import write_atomic
from isoflop.validate.ledger.chain import Examined, examine
from isoflop.validate.ledger.entry import Entry, Kind, seal

WAIT = 10.0  # seconds to wait for another writer; assumption: appends take milliseconds
_PAUSE = 0.02  # seconds between two looks at the lock
LEAST_HEAD = 12  # hexadecimal digits of a head that name it


def examine_file(path: Path) -> Examined:
    """The chain of a file, faults included.

    Raises
    ------
    DataError
        E593 if the file cannot be read.
    """
    return examine(_text(path))


def read_entries(path: Path) -> tuple[Entry, ...]:
    """The entries of an unbroken ledger.

    Raises
    ------
    DataError
        E593 if the file cannot be read, E590 if its chain is broken.
    """
    found = examine_file(path)
    refuse_faults(found, path)
    return found.entries


def refuse_faults(found: Examined, path: Path) -> None:
    """Refuse a broken chain, every fault named (E590)."""
    if found.faults:
        raise DataError(
            f"The ledger was altered: {' '.join(fault.text for fault in found.faults)}",
            where=str(path),
            matters="a record of forecasts that can be rewritten is no record.",
            do="restore the last good version, for example from git, and register again on top.",
            code="E590",
        )


def require_head(found: Examined, head: str, path: Path) -> None:
    """Refuse a ledger that does not hold a head kept elsewhere.

    Raises
    ------
    UsageError
        E591 if the text is no head.
    DataError
        E591 if the head is not in the chain.
    """
    if len(head) < LEAST_HEAD or set(head.lower()) - set("0123456789abcdef"):
        raise UsageError(
            f"{head!r} is no head of a ledger.",
            where=f"--head {head}",
            matters="nothing was compared.",
            do=f"give at least {LEAST_HEAD} digits of what isoflop forecast verify prints.",
            code="E591",
        )
    if not found.holds(head.lower()):
        raise DataError(
            f"The head {head} is not in the ledger: entries up to it were cut off or rewritten.",
            where=f"{path}, {len(found.entries)} entries, head {found.head}",
            matters="a chain can be cut at its end, or written anew, without a broken link.",
            do="compare with the version of the file that had this head.",
            code="E591",
        )


# Any: bodies are plain JSON values.
def append(
    path: Path, kind: Kind, bodies: Sequence[Mapping[str, Any]], at: datetime, *, wait: float = WAIT
) -> tuple[Entry, ...]:
    """Add entries at the end; the ledger is made if there is none. Gives the new entries.

    Writers take turns by a lock file beside the ledger, and the whole file is replaced at once, so
    a reader sees the ledger before or after and never between.

    Raises
    ------
    DataError
        E590 if the chain is broken already, E593 if the file cannot be read.
    UsageError
        E592 if another writer holds the lock, or the file changed although it was locked.
    """
    target = path.resolve()  # a link stays one: the file behind it is replaced
    with _locked(target, wait):
        before = _text(target) if target.exists() else ""
        found = examine(before)
        refuse_faults(found, path)
        entries = list(found.entries)
        for body in bodies:
            previous = Examined(tuple(entries[-1:]), ()).head
            entries.append(seal(len(entries), kind, at, previous, body))
        if (_text(target) if target.exists() else "") != before:
            raise _busy(path, "it changed while it was being written to")
        write_atomic(target, "".join(entry.line + "\n" for entry in entries))
    return tuple(entries[len(found.entries) :])


@contextmanager
def _locked(target: Path, wait: float) -> Iterator[None]:
    lock = target.with_name(f".{target.name}.lock")
    until = time.monotonic() + wait
    while True:
        try:
            descriptor = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            break
        except FileExistsError:
            if time.monotonic() > until:
                raise _busy(lock, "another process holds its lock") from None
            time.sleep(_PAUSE)
        except OSError as error:
            raise UsageError(
                f"Cannot write {target}: {error.strerror}.",
                where=str(target.parent),
                matters="nothing was written.",
                do="choose a folder that exists and is writable.",
                code="E103",
            ) from error
    try:
        os.write(descriptor, f"{os.getpid()}\n".encode())
        os.close(descriptor)
        yield
    finally:
        lock.unlink(missing_ok=True)


def _busy(where: Path, why: str) -> UsageError:
    return UsageError(
        f"The ledger cannot be written to now: {why}.",
        where=str(where),
        matters="two writers at once would lose entries; nothing was written.",
        do="try again; if a process died while writing, remove the .lock file beside the ledger.",
        code="E592",
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            "The ledger cannot be read.",
            where=str(path),
            matters="nothing was computed.",
            do="begin one with: isoflop forecast register FIT --at N=7B,D=1T --ledger FILE",
            code="E593",
        ) from error
