"""``isoflop cite``: where a law and its numbers come from."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from isoflop.core.sources import Source


def cite(
    name: Annotated[
        str | None, Parameter(help="citation key, law, or law@set; none for all")
    ] = None,
    /,
    *,
    bibtex: Annotated[bool, Parameter(help="as BibTeX entries")] = False,
    json: Annotated[bool, Parameter(help="one complete JSON document")] = False,
) -> None:
    """Cite the source of a law, of a published set, or a key.

    Parameters
    ----------
    name : a citation key, a law (its source and those of its published sets), or ``law@set``.
    bibtex : print BibTeX entries.
    json : print one JSON document.
    """
    found = _found(name)
    if json:
        from isoflop.core.files import canonical_json

        sys.stdout.write(canonical_json({"sources": [source.to_dict() for source in found]}))
    elif bibtex:
        sys.stdout.write("\n\n".join(source.bibtex for source in found) + "\n")
    else:
        sys.stdout.write("\n".join(_paragraph(source) for source in found) + "\n")


def _found(name: str | None) -> list[Source]:
    from isoflop.core.errors import unknown_name
    from isoflop.core.sources import cite as cite_key
    from isoflop.core.sources import sources
    from isoflop.laws.catalogue import get_law, get_member, get_published, law_modules
    from isoflop.laws.rule import Rule

    if name is None:
        return list(sources().values())
    if name in sources():
        return [cite_key(name)]
    if "@" in name:
        law, published = get_published(name)
        keys = [published.source, law.source]
    elif name in law_modules() or name.endswith(".py"):
        member = get_law(name) if name.endswith(".py") else get_member(name)
        sets = () if isinstance(member, Rule) else member.published
        keys = [member.source, *(published.source for published in sets)]
    else:
        raise unknown_name("source or law", name, [*sources(), *law_modules()], "isoflop cite")
    return [cite_key(key) for key in dict.fromkeys(keys)]


def _paragraph(source: Source) -> str:
    import textwrap

    lines = textwrap.wrap(source.text, 98, subsequent_indent="  ")
    return "\n".join([f"{source.key}", *(f"  {line.strip()}" for line in lines)])
