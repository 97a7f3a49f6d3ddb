"""The audit card of a study: every field of the checklist filled, or the question to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json
from isoflop.core.members import find_members
from isoflop.core.result import figures_of
from isoflop.core.runs import Runs
from isoflop.core.sources import Source, cite_all
from isoflop.core.version import __version__
from isoflop.fit.fit import Fit
from isoflop.validate.audit.answers import answers_template
from isoflop.validate.audit.checklist import Field, checklist
from isoflop.validate.audit.evidence import Answer, Evidence, Fill, Fills
from isoflop.validate.trust import Trust

if TYPE_CHECKING:
    import polars as pl

    from isoflop.core.result import Drawing


@dataclass(frozen=True)
class Line:
    """One field of the card.

    Attributes
    ----------
    found : what the evidence says, with its origin
    stated : what the authors say
    """

    section: str
    field: Field
    found: Answer | None
    stated: str | None

    @property
    def is_unknown(self) -> bool:
        """Whether nobody has said it."""
        return self.found is None and self.stated is None

    @property
    def text(self) -> str:
        """What is known, both voices where there are two, or ``unknown``."""
        voices = [self.found.text] if self.found else []
        voices += [f"stated: {self.stated}"] if self.stated else []
        return "; ".join(voices) or "unknown"

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "section": self.section,
            "field": self.field.name,
            "what": self.field.what,
            "found": self.found.text if self.found else None,
            "from": self.found.origin if self.found else None,
            "stated": self.stated,
            "unknown": self.is_unknown,
            "question": self.field.question,
        }


@dataclass(frozen=True, repr=False)
class AuditCard:
    """The result of :func:`audit`."""

    subject: str
    lines: tuple[Line, ...]
    warnings: tuple[Finding, ...]
    sources: tuple[str, ...]

    @property
    def unknown(self) -> tuple[Line, ...]:
        """Fields nobody has said anything of."""
        return tuple(line for line in self.lines if line.is_unknown)

    @property
    def template(self) -> str:
        """A file of answers with the open questions."""
        questions: dict[str, dict[str, str]] = {}
        for line in self.unknown:
            questions.setdefault(line.section, {})[line.field.name] = line.field.question
        return answers_template(questions)

    def tables(self) -> dict[str, pl.DataFrame]:
        """``card``: one row a field."""
        import polars as pl

        return {"card": pl.DataFrame([line.to_dict() for line in self.lines])}

    def figures(self) -> Mapping[str, Drawing]:
        """A card has none."""
        return figures_of(self)

    def cite(self) -> tuple[Source, ...]:
        """The work behind the checklist, and that behind the law."""
        return cite_all(self.sources)

    def to_dict(self) -> dict[str, object]:
        """Everything as plain values."""
        return {
            "kind": "isoflop-audit",
            "version": __version__,
            "subject": self.subject,
            "fields": len(self.lines),
            "unknown": len(self.unknown),
            "card": [line.to_dict() for line in self.lines],
            "warnings": [finding.to_dict() for finding in self.warnings],
            "sources": list(self.sources),
        }

    def to_json(self) -> str:
        """One JSON document."""
        return canonical_json(self.to_dict())

    def __repr__(self) -> str:
        known = len(self.lines) - len(self.unknown)
        return (
            f"AuditCard of {self.subject}: {known} of {len(self.lines)} fields known\n"
            f"  unknown: {', '.join(line.field.name for line in self.unknown) or 'none'}\n"
            f"  {len(self.warnings)} warnings"
        )


def audit(
    runs: Runs,
    fit: Fit | None = None,
    trust: Trust | None = None,
    answers: Mapping[tuple[str, str], str] | None = None,
) -> AuditCard:
    """Fill the checklist of a scaling study from its runs, its fit and its backtest.

    Parameters
    ----------
    answers : {(section, field): what the authors say}; shown beside what the evidence says, never
        in its place.

    Source
    ------
    misfitting2025 (2502.18969): of 51 papers 28 describe the fit and 19 give code.
    """
    evidence, stated = Evidence(runs, fit, trust), answers or {}
    fills = _fills()
    lines = tuple(
        Line(section.name, field, _fill(fills, section.name, field, evidence), stated.get(key))
        for section in checklist()
        for field in section.fields
        for key in [(section.name, field.name)]
    )
    law = [fit.law.source] if fit is not None else []
    warnings = [*_mismatch(runs, fit), *(fit.warnings if fit else ())]
    return AuditCard(runs.provenance.source, lines, tuple(warnings), ("misfitting2025", *law))


def _fills() -> dict[tuple[str, str], Fill]:
    members = find_members("isoflop.validate.audit.fills", "FILLS")
    return {
        (member.section, name): fill
        for member in members
        if isinstance(member, Fills)
        for name, fill in member.of.items()
    }


def _fill(
    fills: Mapping[tuple[str, str], Fill], section: str, field: Field, evidence: Evidence
) -> Answer | None:
    fill = fills.get((section, field.name))
    return None if fill is None else fill(evidence)


def _mismatch(runs: Runs, fit: Fit | None) -> list[Finding]:
    digest = fit.provenance.get("table_digest") if fit is not None else None
    if digest is None or digest == runs.digest:
        return []
    text = "the fit was made from other runs than these: set-up and fit belong to two studies."
    return [Finding("W599", text)]
