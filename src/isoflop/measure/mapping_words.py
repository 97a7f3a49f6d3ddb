"""A mapping as the user writes it: ``N=n_params`` on a command line, ``[map]`` in a TOML file."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from isoflop.core.errors import DataError, UsageError, unknown_name
from isoflop.core.files import write_atomic
from isoflop.core.quantities import is_canonical, quantity
from isoflop.measure.mapping import Proposal

_SCALED = re.compile(r"(?P<scale>[0-9.]+(?:[eE][+-]?\d+)?)\s*\*\s*(?P<column>.+)")


def parse_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """``["N=n_params", "loss=val"]`` as {"N": "n_params", "loss": "val"}.

    Raises
    ------
    UsageError
        If a pair has no equals sign.
    """
    found = {}
    for pair in pairs:
        ours, sign, theirs = pair.partition("=")
        if not sign or not ours.strip():
            raise UsageError(
                f"{pair!r} is not a mapping.",
                where=f"--map {pair!r}",
                do="write CANONICAL=THEIR_COLUMN, for example --map N=n_params.",
            )
        found[ours.strip()] = theirs.strip()
    return found


def resolve(given: Mapping[str, str], columns: Sequence[str]) -> dict[str, Proposal | None]:
    """The user's words against a table: {canonical column: proposal}, None to leave one out.

    Raises
    ------
    DataError
        E212 if the table has no such column, E222 if a target or a column is given twice.
    UsageError
        If the target is no quantity.
    """
    found: dict[str, Proposal | None] = {}
    for ours, theirs in given.items():
        target = quantity(ours).column
        if not is_canonical(target):
            raise UsageError(
                f"{ours} follows from other columns and cannot be mapped.",
                where=f"--map {ours}={theirs}",
                do="map N and D.",
            )
        _refuse_twice(target, theirs, found)
        found[target] = _resolve_one(target, theirs, columns) if theirs else None
    return found


def load_mapping(path: str | Path) -> dict[str, str]:
    """Read the ``[map]`` table of a TOML file.

    Raises
    ------
    DataError
        E219 if it is not there or not a table of names.
    """
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        pairs = document["map"]
    except (OSError, ValueError, KeyError) as error:
        raise _bad_file(path, str(error)) from error
    if not isinstance(pairs, dict) or not all(isinstance(v, str) for v in pairs.values()):
        raise _bad_file(path, '[map] must hold lines such as params = "n_params"')
    return pairs


def save_mapping(pairs: Mapping[str, str], path: str | Path) -> Path:
    """Write the ``[map]`` table that :func:`load_mapping` reads."""
    lines = [f"{_quoted(ours)} = {_quoted(theirs)}" for ours, theirs in pairs.items()]
    return write_atomic(path, "\n".join(["[map]", *lines, ""]))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _resolve_one(target: str, theirs: str, columns: Sequence[str]) -> Proposal:
    scaled = _SCALED.fullmatch(theirs) if theirs not in columns else None
    name = scaled["column"] if scaled is not None else theirs
    if name not in columns:
        near = unknown_name("column", name, columns, "isoflop read FILE")
        raise DataError(
            f"The table has no column '{name}' to use as {target}.",
            where=f"--map {target}={theirs}; columns: {', '.join(columns)}",
            matters="nothing was read.",
            do=near.do,
            code="E212",
        )
    scale = float(scaled["scale"]) if scaled is not None else 1.0
    return Proposal(target, name, "given", "you said so", scale)


def _refuse_twice(target: str, theirs: str, found: Mapping[str, Proposal | None]) -> None:
    used = {item.foreign for item in found.values() if item is not None}
    if target in found or (theirs and theirs in used):
        raise DataError(
            f"The mapping uses {target if target in found else theirs!r} twice.",
            where=f"--map {target}={theirs}",
            matters="it is not clear which one is meant.",
            do="give each quantity one column of its own.",
            code="E222",
        )


def _bad_file(path: str | Path, problem: str) -> DataError:
    return DataError(
        f"{path} is not a mapping: {problem}.",
        where=str(path),
        matters="columns would be taken for the wrong quantities.",
        do="write one with: isoflop read FILE --save-map map.toml",
        code="E219",
    )
