"""What is shown of a law, rule or curve law, section by section, for terminal and documentation."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from isoflop.core.sources import sources
from isoflop.laws.catalogue import USED_BY, Member, family_of, kind_of
from isoflop.laws.contradictions import contradictions
from isoflop.laws.curve_law import CurveLaw
from isoflop.laws.latex import formula_text, latex
from isoflop.laws.law import Law
from isoflop.laws.parameter import Axis, Claim, Published, Reported
from isoflop.laws.rule import Rule

AXIS_WIDTH = 60  # characters of a line that published values are marked on
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Section:
    """A titled part of a page.

    Attributes
    ----------
    lines : sentences or rows.
    kind : ``text`` flows, ``list`` has one item a line, ``code`` keeps its spaces.
    """

    title: str
    lines: tuple[str, ...]
    kind: str = "text"


def sections(member: Member) -> list[Section]:
    """Every section of a page; empty ones are left out."""
    parts = [Section("", (f"{member.about}",)), *_written(member)]
    if isinstance(member, Rule):
        parts += [
            Section("Inputs", tuple(map(_axis, member.inputs)), "list"),
            Section("Outputs", tuple(map(_axis, member.outputs)), "list"),
            Section("Where it stands", (_where(member),)),
            Section("Numbers it gives back", tuple(map(_reported, member.reported)), "list"),
        ]
    else:
        if isinstance(member, Law):
            own = tuple(_axis(axis) for axis in member.axes)
            parts.append(Section("Inputs of its own", own, "list"))
        parts.append(Section("Parameters", tuple(map(_parameter, member.parameters)), "list"))
        if isinstance(member, Law):
            claims = tuple(_claim(member, claim) for claim in member.claims)
            parts.append(Section("Claims (tested)", claims, "list"))
        parts.append(Section("Published coefficients", _published(member), "list"))
        parts.append(Section("Published values on one axis", _axes(member), "code"))
    said = tuple(text for text in contradictions(entries_of(member)))
    parts.append(Section("When not to use it", tuple(member.scope), "list"))
    parts.append(Section("Contradictions", said, "list"))
    parts.append(Section("How to use it", _example(member), "code"))
    known = [sources()[key].text for key in _keys(member) if key in sources()]
    parts.append(Section("Sources", tuple(known), "list"))
    return [part for part in parts if any(part.lines)]


def entries_of(member: Member) -> tuple[str, ...]:
    """Ids of the catalogue entries a member stands for."""
    return tuple(entry for entry in (member.entry, *member.also) if entry)


def heading(member: Member) -> str:
    """Name, kind, family and entries on one line."""
    entries = ", ".join(entries_of(member))
    entry = f", catalogue entry {entries}" if entries else ""
    return f"{member.name}  ({kind_of(member)}, family {family_of(member)}{entry})"


def one_line(member: Member) -> str:
    """The formula, or for a rule what follows from what."""
    if isinstance(member, Law):
        head, _, rest = formula_text(member).partition(", where ")
        return head + (" ..." if rest else "")
    if isinstance(member, CurveLaw):
        return member.formula_text
    return (
        f"{', '.join(axis.symbol for axis in member.outputs)} from "
        f"{', '.join(axis.symbol for axis in member.inputs)}: {member.about}"
    )


def _written(member: Member) -> list[Section]:
    if isinstance(member, Rule):
        return []
    if isinstance(member, CurveLaw):
        text, tex = member.formula_text, member.latex
    else:
        text, tex = formula_text(member), latex(member)
    head, _, rest = text.partition(", where ")
    lines = (head, f"where {rest}") if rest else (head,)
    return [Section("Formula", lines), Section("LaTeX", (tex,), "code")]


def _axis(axis: Axis) -> str:
    given = "" if axis.default is None else f"; {axis.default:g} if not given"
    return f"{axis.symbol} ({_unit(axis.unit)}): {axis.meaning}; column {axis.column}{given}"


def _parameter(parameter: object) -> str:
    from isoflop.laws.parameter import Parameter

    assert isinstance(parameter, Parameter)
    span = f"{parameter.low:g} to {parameter.high:g}"
    return f"{parameter.name:8} {span} {_unit(parameter.unit, plain=True)}: {parameter.meaning}"


def _unit(unit: str, *, plain: bool = False) -> str:
    if unit == "1":
        return "(no unit)" if plain else "no unit"
    return unit


def _claim(law: Law, claim: Claim) -> str:
    if claim.kind == "tends to":
        return f"tends to {claim.limit or 'zero'} as {', '.join(law.inputs)} grow"
    return f"{claim.kind} in {claim.in_}"


def _reported(reported: Reported) -> str:
    at = ", ".join(f"{name} {value:g}" for name, value in reported.at.items())
    gives = ", ".join(f"{name} {value:.7g}" for name, value in reported.gives.items())
    return f"{at}: {gives}"


def _where(rule: Rule) -> str:
    caution = " Constants not verified: an example, never a default." if rule.example else ""
    return f"{rule.where}.{caution}"


def _published(member: Law | CurveLaw) -> tuple[str, ...]:
    if not member.published:
        return ("none that could be verified: fit it to runs",)
    return tuple(_set(member, published) for published in member.published)


def _set(member: Law | CurveLaw, published: Published) -> str:
    values = ", ".join(f"{name} {value:.7g}" for name, value in published.values.items())
    counts = published.counts.replace("_", "-")
    valid = ", ".join(f"{s} {low:g} to {high:g}" for s, (low, high) in published.valid.items())
    facts = [
        published.where,
        f"N counts: {counts}",
        *([] if published.unit == "1" else [published.unit]),
        f"evidence: {valid or 'range not stated'}",
        *(["an example, not verified: used only when named"] if published.example else []),
        *([published.note] if published.note else []),
    ]
    return f"{member.name}@{published.name}: {values}. {'; '.join(facts)}"


def _axes(member: Law | CurveLaw) -> tuple[str, ...]:
    """Each parameter's published values as letters on one line; the key to the letters last."""
    sets = [item for item in member.published if not item.labels][: len(LETTERS)]
    if len(sets) < 2:
        return ()
    lines = []
    for parameter in member.parameters:
        values = [published.values[parameter.name] for published in sets]
        low, high = min(values), max(values)
        if not (isfinite(low) and isfinite(high)) or low == high:
            lines.append(f"{parameter.name:10} all {low:.4g}")
            continue
        marks = [" "] * (AXIS_WIDTH + 1)
        for letter, value in zip(LETTERS, values, strict=False):
            at = round((value - low) / (high - low) * AXIS_WIDTH)
            marks[at] = letter if marks[at] == " " else "+"
        lines.append(f"{parameter.name:10} {low:9.4g} |{''.join(marks)}| {high:.4g}")
    key = [f"{letter} {item.name}" for letter, item in zip(LETTERS, sets, strict=False)]
    return (*lines, "", *key, "+ several at one place")


def _example(member: Member) -> tuple[str, ...]:
    if isinstance(member, Rule):
        given = [
            f"{axis.symbol}={(axis.low * axis.high) ** 0.5 if axis.low > 0 else axis.high:.3g}"
            for axis in member.inputs
            if axis.default is None
        ]
        return (f"isoflop predict --rule {member.name} --at {','.join(given)}",)
    lines = [USED_BY[kind_of(member)].replace("NAME", member.name)]
    usable = [item for item in member.published if not item.example and not item.labels]
    if isinstance(member, Law) and usable:
        at = next((r.at for r in usable[0].reported if set(r.at) == set(member.inputs)), None)
        point = ",".join(f"{s}={v:g}" for s, v in at.items()) if at else None
        if point:
            lines.append(f"isoflop predict --law {member.name}@{usable[0].name} --at {point}")
    return tuple(lines)


def _keys(member: Member) -> list[str]:
    sets = [] if isinstance(member, Rule) else [item.source for item in member.published]
    return list(dict.fromkeys([member.source, *sets]))
