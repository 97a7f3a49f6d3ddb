"""``isoflop laws``: what might be true, law by law, rule by rule, entry by entry."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter


def laws(
    name: Annotated[
        str | None, Parameter(help="a law, rule or entry (X43), or a Python file with a law")
    ] = None,
    /,
    *,
    family: str | None = None,
    entries: Annotated[bool, Parameter(negative="")] = False,
    pages: Path | None = None,
    json: Annotated[bool, Parameter(help="one complete JSON document")] = False,
) -> None:
    """List laws and rules, or show one: formula, parameters, published values, when not to use it.

    Parameters
    ----------
    name : of the catalogue, an entry id such as X43, or a ``.py`` file of your own; all when not
        given.
    family : list only this family: loss, mixture, batch and so on.
    entries : the table of catalogue entries: what holds each of them, and where.
    pages : write the documentation pages, Markdown, into this folder.
    json : print one JSON document.
    """
    from isoflop.core.files import canonical_json

    if pages is not None:
        from isoflop.show.law_documents import write_pages

        sys.stdout.write(f"{write_pages(pages)} pages in {pages}\n")
        return
    document, lines = _entries(name) if entries or _is_entry(name) else _members(name, family)
    sys.stdout.write(canonical_json(document) if json else "\n".join(lines) + "\n")


def _is_entry(name: str | None) -> bool:
    from isoflop.laws.entries import entries

    return name is not None and name in {entry.id for entry in entries()}


def _entries(name: str | None) -> tuple[dict[str, Any], list[str]]:  # Any: a JSON document
    from isoflop.core.errors import unknown_name
    from isoflop.laws.entries import entries
    from isoflop.show.law_documents import entries_table, entry_document, entry_text

    known = {entry.id: entry for entry in entries()}
    if name is not None and name not in known:
        raise unknown_name("entry", name, known, "isoflop laws --entries")
    chosen = list(known.values()) if name is None else [known[name]]
    lines = entries_table(chosen) if name is None else entry_text(chosen[0])
    return {"entries": [entry_document(entry) for entry in chosen]}, lines


def _members(
    name: str | None, family: str | None
) -> tuple[dict[str, Any], list[str]]:  # Any: a JSON document
    from isoflop.core.errors import unknown_name
    from isoflop.laws.catalogue import Member, all_members, family_of, get_law, get_member
    from isoflop.show.law_documents import document, listing, page_text

    chosen: list[Member]
    if name is None:
        chosen = all_members()
        families = {family_of(member) for member in chosen}
        if family is not None and family not in families:
            raise unknown_name("family", family, families, "isoflop laws")
        chosen = [m for m in chosen if family is None or family_of(m) == family]
        lines = listing(chosen)
    else:
        own = name.endswith(".py") or name.startswith("form:")
        chosen = [get_law(name) if own else get_member(name)]
        lines = page_text(chosen[0])
    return {"laws": [document(member) for member in chosen]}, lines
