"""Finds accelerators: one TOML file a chip, in the folder ``accelerators`` or of one's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from isoflop.core.errors import UsageError, unknown_name
from isoflop.decide.hardware.accelerator import UNITS, Accelerator, Figure, Price, Span

_TABLES = {"label", "as_of", "note", "peak", "figures", "matmul", "mfu", "price"}


@cache
def shipped() -> Mapping[str, Accelerator]:
    """Every chip of the folder ``accelerators``, by file name."""
    folder = resources.files("isoflop.decide.hardware") / "accelerators"
    files = sorted((item for item in folder.iterdir()), key=lambda item: item.name)
    return {
        name: parse(name, item.read_text(encoding="utf-8"))
        for item in files
        if (name := item.name.removesuffix(".toml")) != item.name
    }


def accelerator(name: str) -> Accelerator:
    """A chip by name, or from a TOML file of one's own if the name is a path.

    Raises
    ------
    UsageError
        E101 for an unknown name, E580 for a file that cannot be read as a chip.
    """
    if name.endswith(".toml"):
        path = Path(name)
        try:
            return parse(path.stem, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise _broken(name, str(error)) from error
    known = shipped()
    if name not in known:
        raise unknown_name("accelerator", name, known, "isoflop hardware list")
    return known[name]


def parse(name: str, text: str) -> Accelerator:
    """The chip that a TOML text describes.

    Raises
    ------
    UsageError
        E580 if it is not one.
    """
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _broken(name, str(error)) from error
    unknown = set(fields) - _TABLES
    unknown |= set(fields.get("figures", {})) - set(UNITS)
    if unknown:
        raise _broken(name, f"it holds {', '.join(sorted(unknown))}, which mean nothing here")
    try:
        price, mfu = fields.get("price"), fields.get("mfu")
        return Accelerator(
            name=name,
            label=str(fields["label"]),
            as_of=str(fields["as_of"]),
            peak={key: _figure(one) for key, one in fields["peak"].items()},
            figures={key: _figure(one) for key, one in fields.get("figures", {}).items()},
            price=None if price is None else Price(**price),
            note=fields.get("note"),
            matmul={key: _figure(one) for key, one in fields.get("matmul", {}).items()},
            mfu=None if mfu is None else Span(**mfu),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken(name, f"{type(error).__name__}: {error}") from error


def _figure(fields: Any) -> Figure:  # Any: whatever the file holds; checked here
    found = Figure(float(fields["value"]), str(fields["source"]), bool(fields.get("recalled")))
    if not 0.0 < found.value < float("inf"):
        raise ValueError(f"{found.value} is not positive")
    return found


def _broken(name: str, what: str) -> UsageError:
    return UsageError(
        f"'{name}' does not describe an accelerator: {what}.",
        where=name,
        matters="nothing was computed.",
        do="write label, as_of, [peak] and [figures] with {value, source} each, as the shipped "
        "files do; `isoflop hardware list --json` shows them.",
        code="E580",
    )
