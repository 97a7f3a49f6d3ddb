"""The readable text of an HTML page: no navigation, no contents list, one line a paragraph."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_LEFT_OUT = {"head", "script", "style", "nav", "header", "aside", "footer", "button"}
_LEFT_OUT_CLASSES = {"navheader", "navfooter", "toc", "docnav", "howtoget", "indexterm"}
_VOID = {"br", "hr", "img", "input", "link", "meta", "col", "area", "base", "wbr", "source"}
_BLOCK = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "tr", "table", "pre"}
_BLOCK |= {"ul", "ol", "dl", "section", "blockquote", "br", "hr", "td", "th", "body"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self._hidden = self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self._break(tag)
            return
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        is_banner = given.get("id") == "banner"
        is_left_out = tag in _LEFT_OUT or classes & _LEFT_OUT_CLASSES or "hidden" in given
        if self._hidden or is_left_out or is_banner:
            self._hidden += 1
            return
        self._break(tag)
        self._verbatim += tag == "pre"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self._hidden:
            self._hidden -= 1
            return
        self._verbatim -= tag == "pre"
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._verbatim:
            first, *others = data.split("\n")
            self.lines[-1] += first
            self.lines += others
        else:
            self.lines[-1] += re.sub(r"\s+", " ", data)

    def _break(self, tag: str) -> None:
        if tag in _BLOCK and not self._hidden:
            self.lines.append("")


def html_text(content: str) -> str:
    """Paragraphs and list items, one a line."""
    page = _Page()
    page.feed(content)
    page.close()
    kept = [line.rstrip() for line in page.lines]
    text = "\n".join(line if line[:2] == "  " else line.strip() for line in kept)
    return re.sub(r"\n{2,}", "\n", text).strip() + "\n"
