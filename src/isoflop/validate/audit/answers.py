"""What the authors say: a TOML file with one table a section, checked against the checklist."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from isoflop.core.errors import DataError, UsageError, unknown_name
from isoflop.validate.audit.checklist import checklist


def read_answers(path: Path) -> dict[tuple[str, str], str]:
    """Answers by section and field; empty ones are none.

    Raises
    ------
    DataError
        E599 if the file cannot be read, or an answer is not text or a number.
    UsageError
        E101 if a section or field is not in the checklist.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad(str(path), f"it cannot be read ({error})") from error
    known = {section.name: {field.name for field in section.fields} for section in checklist()}
    found = {}
    for section, fields in document.items():
        if section not in known:
            raise _unknown("section of the checklist", section, known)
        if not isinstance(fields, Mapping):
            raise _bad(f"{path}, [{section}]", "it is no table of answers")
        for name, value in fields.items():
            if name not in known[section]:
                raise _unknown(f"field of [{section}]", name, known[section])
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise _bad(f"{path}, [{section}] {name}", "an answer is a text or a number")
            if str(value).strip():
                found[section, name] = str(value).strip()
    return found


def answers_template(unknown: Mapping[str, Mapping[str, str]]) -> str:
    """A file of answers to fill in: {section: {field: question}}, each question a comment."""
    parts = []
    for section, fields in unknown.items():
        lines = [f"[{section}]"]
        for name, question in fields.items():
            lines += [f"# {question}", f"{name} = {json.dumps('')}"]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _unknown(kind: str, name: str, known: Mapping[str, object] | set[str]) -> UsageError:
    return unknown_name(kind, name, known, "isoflop audit RUNS --template answers.toml")


def _bad(where: str, why: str) -> DataError:
    return DataError(
        f"The answers cannot be used: {why}.",
        where=where,
        matters="an answer that is not understood would be left out in silence.",
        do="write a file to fill in with: isoflop audit RUNS --template answers.toml",
        code="E599",
    )
