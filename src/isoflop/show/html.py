"""HTML in which text is always escaped: only what :func:`tag` built is taken as markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Html:
    """Markup that is safe to embed."""

    text: str


def tag(name: str, *children: str | Html, **attributes: str) -> Html:
    """An element; strings are escaped, ``class_`` is written ``class``.

    Example
    -------
    >>> tag("p", "a < b", class_="note").text
    '<p class="note">a &lt; b</p>'
    """
    pairs = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    inside = "".join(f' {key}="{escape(value)}"' for key, value in pairs)
    return Html(f"<{name}{inside}>{joined(children).text}</{name}>")


def joined(children: Iterable[str | Html]) -> Html:
    """Children one after the other, strings escaped."""
    return Html("".join(c.text if isinstance(c, Html) else escape(c) for c in children))


def table(headers: Sequence[str], rows: Iterable[Sequence[str | Html]]) -> Html:
    """A table that scrolls sideways on a narrow screen."""
    head = tag("tr", *(tag("th", header, scope="col") for header in headers))
    body = [tag("tr", *(tag("td", cell) for cell in row)) for row in rows]
    return tag("div", tag("table", tag("thead", head), tag("tbody", *body)), class_="scroll")


def facts(pairs: Iterable[tuple[str, str | Html]]) -> Html:
    """Names and values, one pair a line."""
    return tag("dl", *(part for k, v in pairs for part in (tag("dt", k), tag("dd", v))))


def bullets(items: Iterable[str | Html]) -> Html:
    """A list."""
    return tag("ul", *(tag("li", item) for item in items))
