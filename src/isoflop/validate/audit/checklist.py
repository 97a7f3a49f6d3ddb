"""The checklist of a scaling study: sections and fields, read from their files (misfitting2025)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Field:
    """One thing a reader must know.

    Parameters
    ----------
    what : in a few words.
    question : what to ask the authors where it is unknown.
    """

    name: str
    what: str
    question: str


@dataclass(frozen=True)
class Section:
    """A part of the checklist, in the order of the story."""

    name: str
    title: str
    order: int
    fields: tuple[Field, ...]


@cache
def checklist() -> tuple[Section, ...]:
    """Every section, found by its file."""
    folder = resources.files("isoflop.validate.audit.sections")
    found = []
    for item in folder.iterdir():
        if item.name.endswith(".toml"):
            document = tomllib.loads(item.read_text(encoding="utf-8"))
            fields = tuple(Field(**field) for field in document["field"])
            name = item.name.removesuffix(".toml")
            found.append(Section(name, document["title"], document["order"], fields))
    return tuple(sorted(found, key=lambda section: section.order))
