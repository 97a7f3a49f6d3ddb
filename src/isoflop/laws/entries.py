"""The entries of the catalogue of laws, and where each of them is: a law, a rule, code or a note.

Laws and rules say themselves which entries they are; an entry that is code of another kind (an
estimator, a simulator, a convention) or holds facts only has a note, ``catalogue/notes/<id>.toml``.
"""

from __future__ import annotations

import importlib
import importlib.util
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from isoflop.laws.catalogue import all_members, kind_of, law_modules


@dataclass(frozen=True)
class Note:
    """What an entry says that no law or rule holds.

    Attributes
    ----------
    code : ``module:name`` of what implements the entry; empty for facts.
    facts : statements with their standing, one sentence each.
    use : what isoflop does with them, or why nothing.
    """

    entry: str
    code: tuple[str, ...]
    facts: tuple[str, ...]
    use: str

    def missing(self) -> tuple[str, ...]:
        """Names in ``code`` that do not exist."""
        return tuple(name for name in self.code if not _exists(name))


@dataclass(frozen=True)
class Entry:
    """One entry and what holds it.

    Attributes
    ----------
    evidence : how its form and numbers were checked, in the words of the catalogue.
    places : files or ``module:name``, by kind: ``law chinchilla`` and so on.
    """

    id: str
    name: str
    title: str
    arxiv: tuple[str, ...]
    evidence: str
    places: tuple[tuple[str, str], ...]
    note: Note | None

    @property
    def status(self) -> str:
        """``law``, ``rule``, ``code``, ``note``, several of them, or ``MISSING``."""
        kinds = dict.fromkeys(kind for kind, _ in self.places)
        if self.note is not None:
            kinds |= {"code" if self.note.code else "note": None}
        return " + ".join(kinds) or "MISSING"


@cache
def entries() -> tuple[Entry, ...]:
    """Every entry in the order of the catalogue."""
    listed = tomllib.loads(_read("entries.toml"))
    places: dict[str, list[tuple[str, str]]] = {}
    for member in all_members():
        path = law_modules()[member.name].removeprefix("isoflop.").replace(".", "/") + ".py"
        for entry in filter(None, (member.entry, *member.also)):
            places.setdefault(entry, []).append((kind_of(member), path))
    known = notes()
    return tuple(
        Entry(
            id=key,
            name=fields["name"],
            title=fields["title"],
            arxiv=tuple(fields["arxiv"]),
            evidence=fields["evidence"],
            places=tuple(places.get(key, ())),
            note=known.get(key),
        )
        for key, fields in listed.items()
    )


@cache
def notes() -> dict[str, Note]:
    """Every note by the id of its entry."""
    folder = resources.files("isoflop.catalogue") / "notes"
    found = {}
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.endswith(".toml"):
            fields = tomllib.loads(item.read_text(encoding="utf-8"))
            entry = item.name.removesuffix(".toml")
            found[entry] = Note(
                entry=entry,
                code=tuple(fields.get("code", ())),
                facts=tuple(fields.get("facts", ())),
                use=fields["use"],
            )
    return found


def _read(name: str) -> str:
    return (resources.files("isoflop.catalogue") / name).read_text(encoding="utf-8")


def _exists(name: str) -> bool:
    module, _, attribute = name.partition(":")
    if importlib.util.find_spec(module) is None:
        return False
    return not attribute or hasattr(importlib.import_module(module), attribute)
