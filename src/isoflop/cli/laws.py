"""``isoflop laws``: what might be true, law by law."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

if TYPE_CHECKING:
    from isoflop.laws.law import Claim, Law, Published

WIDTH = 100


def laws(
    name: Annotated[str | None, Parameter(help="a law, or a Python file declaring one")] = None,
    /,
    *,
    json: Annotated[bool, Parameter(help="one complete JSON document")] = False,
) -> None:
    """List the laws, or show one: formula, parameters, published coefficients, when not to use it.

    Parameters
    ----------
    name : a law of the catalogue, or a ``.py`` file of your own; all laws when not given.
    json : print one JSON document.
    """
    from isoflop.laws.catalogue import all_laws, get_law

    chosen = all_laws() if name is None else [get_law(name)]
    if json:
        from isoflop.core.files import canonical_json

        sys.stdout.write(canonical_json({"laws": [_document(law) for law in chosen]}))
    else:
        lines = _listing(chosen) if name is None else _page(chosen[0])
        sys.stdout.write("\n".join(lines) + "\n")


def _listing(chosen: list[Law]) -> list[str]:
    from isoflop.laws.catalogue import family_of
    from isoflop.laws.latex import formula_text

    families: dict[str, list[Law]] = {}
    for law in chosen:
        families.setdefault(family_of(law), []).append(law)
    width = max(len(law.name) for law in chosen)
    lines = []
    for family, members in sorted(families.items()):
        lines.append(f"{family}  (law, catalogue entry, published sets, formula)")
        for law in members:
            sets = str(len(law.published)) if law.published else "-"
            start = f"  {law.name:{width}}  {law.entry or '':4} {sets:>2}  "
            formula = formula_text(law).partition(", where ")
            text = formula[0] + (" ..." if formula[1] else "")
            room = WIDTH - len(start)
            lines.append(start + (text if len(text) <= room else text[: room - 4] + " ..."))
        lines.append("")
    return [*lines, "One law: isoflop laws NAME    its sources: isoflop cite NAME"]


def _page(law: Law) -> list[str]:
    from isoflop.laws.catalogue import family_of
    from isoflop.laws.latex import formula_text, latex

    entry = f", catalogue entry {law.entry}" if law.entry else ""
    lines = [f"{law.name}  (family {family_of(law)}{entry}, source {law.source})"]
    lines += _wrapped(law.about, "  ")
    head, _, rest = formula_text(law).partition(", where ")
    lines += ["", "Formula", *_wrapped(head, "  ")]
    if rest:
        lines += _wrapped(f"where {rest}", "    ")
    lines += ["", "LaTeX", f"  {latex(law)}", "", "Parameters"]
    for p in law.parameters:
        lines += _wrapped(f"{p.name:8} {p.low:g} to {p.high:g} {_unit(p.unit)}: {p.meaning}", "  ")
    if law.claims:
        lines += ["", "Claims (tested)", *(f"  {_claim(law, claim)}" for claim in law.claims)]
    lines += ["", "Published coefficients"]
    lines += [line for published in law.published for line in _set(law, published)]
    if not law.published:
        lines.append("  none that could be verified: fit it to runs")
    if law.scope:
        lines += ["", "When not to use it", *(x for s in law.scope for x in _wrapped(s, "  - "))]
    return lines


def _set(law: Law, published: Published) -> list[str]:
    values = "  ".join(f"{name} {value:.7g}" for name, value in published.values.items())
    counts = published.counts.replace("_", "-")
    valid = ", ".join(f"{s} {low:g} to {high:g}" for s, (low, high) in published.valid.items())
    evidence = f"evidence: {valid or 'range not stated'}"
    facts = f"{published.where}; N counts: {counts}; {published.unit}; {evidence}"
    lines = [f"  {law.name}@{published.name}", *_wrapped(values, "      ")]
    lines += _wrapped(facts, "      ")
    return lines + (_wrapped(published.note, "      ") if published.note else [])


def _claim(law: Law, claim: Claim) -> str:
    if claim.kind == "tends to":
        return f"tends to {claim.limit or 'zero'} as {', '.join(law.inputs)} grow"
    return f"{claim.kind} in {claim.in_}"


def _unit(unit: str) -> str:
    return "(no unit)" if unit == "1" else unit


def _wrapped(text: str, indent: str) -> list[str]:
    import textwrap

    later = " " * len(indent)
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=later)


def _document(law: Law) -> dict[str, Any]:  # Any: a JSON document
    from dataclasses import asdict

    from isoflop.laws.catalogue import family_of
    from isoflop.laws.latex import formula_text, latex

    return {
        "name": law.name,
        "family": family_of(law),
        "entry": law.entry,
        "about": law.about,
        "target": law.target,
        "inputs": list(law.inputs),
        "formula": formula_text(law),
        "latex": latex(law),
        "source": law.source,
        "parameters": [asdict(parameter) for parameter in law.parameters],
        "linear": list(law.linear),
        "closed_form_optimum": law.optimum is not None,
        "claims": [_claim(law, claim) for claim in law.claims],
        "published": [{"name": p.name, **asdict(p)} for p in law.published],
        "scope": list(law.scope),
    }
