"""Where published laws contradict one another: ``catalogue/contradictions.toml``, by entry."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources


def contradictions(entries: Iterable[str]) -> tuple[str, ...]:
    """What is known against, or beside, any of the entries."""
    wanted = set(entries)
    return tuple(text for ids, text in _all() if wanted & ids)


@cache
def _all() -> tuple[tuple[frozenset[str], str], ...]:
    file = resources.files("isoflop.catalogue") / "contradictions.toml"
    items = tomllib.loads(file.read_text(encoding="utf-8"))["contradiction"]
    return tuple((frozenset(item["entries"]), str(item["text"])) for item in items)
