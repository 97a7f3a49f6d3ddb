"""An audit card as Markdown."""

from __future__ import annotations

from itertools import groupby

from isoflop.show.terminal import plain
from isoflop.validate.audit.card import AuditCard, Line
from isoflop.validate.audit.checklist import checklist

_ORIGINS = {"table": "", "fit": " *(fit)*", "backtest": " *(backtest)*", "stated": ""}


def audit_markdown(card: AuditCard) -> str:
    """A table a section, then the open questions and the warnings."""
    titles = {section.name: section.title for section in checklist()}
    known = len(card.lines) - len(card.unknown)
    parts = [f"# Audit of {_cell(card.subject)}", f"{known} of {len(card.lines)} fields known."]
    for name, lines in groupby(card.lines, key=lambda line: line.section):
        rows = [f"| {line.field.what} | {_value(line)} |" for line in lines]
        parts.append("\n".join([f"## {titles[name]}", "", "| field | known |", "|---|---|", *rows]))
    if card.unknown:
        questions = [f"- {line.field.what}: {line.field.question}" for line in card.unknown]
        parts.append("\n".join(["## Questions", "", *questions]))
    if card.warnings:
        found = [f"- {item.code}: {_cell(item.text)}" for item in card.warnings]
        parts.append("\n".join(["## Warnings", "", *found]))
    return "\n\n".join(parts) + "\n"


def _value(line: Line) -> str:
    if line.is_unknown:
        return "**unknown**"
    origin = _ORIGINS[line.found.origin] if line.found else ""
    return _cell(line.text) + origin


def _cell(text: str) -> str:
    return plain(text).replace("|", "\\|")
