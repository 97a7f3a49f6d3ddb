"""Files appear whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from isoflop.core.errors import UsageError


def write_atomic(path: str | Path, content: str | bytes) -> Path:
    """Write a file through a temporary neighbour and one rename.

    Raises
    ------
    UsageError
        If the folder does not exist or cannot be written.
    """
    target = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise UsageError(
            f"Cannot write {target}: {error.strerror}.",
            where=str(target.parent),
            matters="nothing was written.",
            do="choose a folder that exists and is writable.",
            code="E103",
        ) from error
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target


def canonical_json(document: object) -> str:
    """JSON with sorted keys and shortest exact floats: equal content, equal bytes.

    Raises
    ------
    ValueError
        If a number is not finite; results carry None instead.
    """
    return (
        json.dumps(document, sort_keys=True, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    )
