"""Codes of errors and warnings, each explained in one file: ``core/explanations/CODE.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from isoflop.core.errors import unknown_name


@dataclass(frozen=True)
class Explanation:
    """What a code means and what to do about it."""

    code: str
    title: str
    means: str
    do: str


@dataclass(frozen=True)
class Finding:
    """One warning of a result: a code of ``isoflop explain`` and a sentence one can act on."""

    code: str
    text: str

    def to_dict(self) -> dict[str, str]:
        """Plain fields, for JSON."""
        return {"code": self.code, "text": self.text}


@cache
def explanations() -> dict[str, Explanation]:
    """Every code, found in the folder, sorted by name."""
    folder = resources.files("isoflop.core") / "explanations"
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            code = entry.name.removesuffix(".toml")
            fields = tomllib.loads(entry.read_text(encoding="utf-8"))
            found[code] = Explanation(code, fields["title"], fields["means"], fields["do"])
    return found


def explain(code: str) -> Explanation:
    """The explanation of one code.

    Raises
    ------
    UsageError
        If the code is unknown; the message suggests the nearest.
    """
    known = explanations()
    if code.upper() not in known:
        raise unknown_name("code", code, known, "isoflop explain")
    return known[code.upper()]
