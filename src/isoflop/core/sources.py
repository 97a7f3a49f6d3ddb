"""The literature behind formulas and numbers: ``bibliography``, and how an entry is cited."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from isoflop.core.errors import DataError, unknown_name

_ENTRY = re.compile(
    r"@(?P<kind>\w+)\{(?P<key>[^,\s]+),\n(?P<body>.*?)^\}", re.DOTALL | re.MULTILINE
)
_FIELD = re.compile(r"\s*(?P<name>\w+)\s*=\s*\{(?P<value>.*)\},?")


@dataclass(frozen=True)
class Source:
    """One work that formulas or numbers come from.

    Attributes
    ----------
    key : what ``source=`` of a law or a published set says.
    fields : of the bib entry, in its order; author only where it is known.
    """

    key: str
    kind: str
    fields: dict[str, str]

    @property
    def title(self) -> str:
        """Title without the braces that protect capitals."""
        return self.fields["title"].replace("{", "").replace("}", "")

    @property
    def url(self) -> str | None:
        """Where it can be read."""
        eprint = self.fields.get("eprint")
        return f"https://arxiv.org/abs/{eprint}" if eprint else self.fields.get("url")

    @property
    def text(self) -> str:
        """One line: author if known, title, year, arXiv id."""
        author = self.fields.get("author", "").replace(" and others", " et al.")
        eprint = self.fields.get("eprint")
        place = f", arXiv:{eprint}" if eprint else ""
        start = f"{author.rstrip('.')}. " if author else ""
        return f"{start}{self.title} ({self.fields['year']}){place}"

    @property
    def bibtex(self) -> str:
        """The entry for a bibliography."""
        lines = [f"  {name} = {{{value}}}," for name, value in self.fields.items()]
        return "\n".join([f"@{self.kind}{{{self.key},", *lines, "}"])

    def to_dict(self) -> dict[str, str | None]:
        """Plain fields, for JSON."""
        return {"key": self.key, **self.fields, "url": self.url, "text": self.text}


@cache
def sources() -> dict[str, Source]:
    """Every source by key, sorted."""
    folder = resources.files("isoflop.core") / "bibliography"
    files = sorted((item for item in folder.iterdir()), key=lambda item: item.name)
    return read_bib("\n".join(item.read_text(encoding="utf-8") for item in files))


def cite(key: str) -> Source:
    """The source behind a citation key.

    Raises
    ------
    UsageError
        If the key is unknown; the nearest is suggested.

    Example
    -------
    >>> cite("hoffmann2022").fields["year"]
    '2022'
    """
    known = sources()
    if key not in known:
        raise unknown_name("source", key, known, "isoflop cite")
    return known[key]


def cite_all(keys: Iterable[str]) -> tuple[Source, ...]:
    """The sources behind several keys, each once, in that order; an empty key has none."""
    return tuple(cite(key) for key in dict.fromkeys(keys) if key)


def read_bib(text: str) -> dict[str, Source]:
    """Entries of the plain dialect of BibTeX this package writes: one ``name = {value}`` a line.

    Raises
    ------
    DataError
        If an entry is not closed, lacks title or year, or a line is no field.
    """
    found = {}
    entries = list(_ENTRY.finditer(text))
    if len(entries) != len(re.findall(r"^@", text, re.MULTILINE)):
        raise _broken("an entry is not closed")
    for entry in entries:
        key = entry["key"]
        fields = dict(_field(key, line) for line in entry["body"].splitlines() if line.strip())
        if not {"title", "year"} <= fields.keys():
            raise _broken(f"'{key}' lacks title or year")
        if key in found:
            raise _broken(f"'{key}' appears twice")
        found[key] = Source(key, entry["kind"], fields)
    return dict(sorted(found.items()))


def _field(key: str, line: str) -> tuple[str, str]:
    match = _FIELD.fullmatch(line)
    if match is None:
        raise _broken(f"'{key}' holds the line {line.strip()!r}")
    return match["name"], match["value"]


def _broken(what: str) -> DataError:
    return DataError(
        f"The list of sources cannot be read: {what}.",
        where="core/bibliography",
        matters="a number without a source is not accepted.",
        do="write one `name = {value},` a line, and close the entry with } in the first column.",
        code="E113",
    )
