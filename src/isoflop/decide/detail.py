"""Questions that follow once size and tokens are known: what is asked, and how one answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from isoflop.core.explain import Finding
from isoflop.core.members import find_members
from isoflop.decide.case import Case
from isoflop.decide.plan import Estimate

Basis: TypeAlias = Literal["own fit", "own and published", "published", "arithmetic", "nothing"]

BASIS_WORDS: Mapping[Basis, str] = {
    "own fit": "rests on your own runs",
    "own and published": "rests on your own runs and a published rule",
    "published": "rests on a published rule only, no run of yours",
    "arithmetic": "rests on counting alone",
    "nothing": "there is nothing it could rest on",
}


@dataclass(frozen=True)
class Option:
    """Another answer, and what it would cost.

    Attributes
    ----------
    price : in words: what choosing it costs, or what it says against the answer.
    """

    name: str
    values: Mapping[str, float]
    price: str

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {"name": self.name, "values": dict(self.values), "price": self.price}


@dataclass(frozen=True)
class Answer:
    """One question of the plan, answered.

    Attributes
    ----------
    text : the answer as one sentence.
    values : {name: number with interval and unit}
    flat : what may be changed at little cost, or what a mistake costs; "" where nothing is known
    reach : how far beyond its evidence the answer stands, in words; "" where there is no evidence
    basis : what stands behind it
    sources : citation keys
    missing : what to give for a better answer; "" where nothing is missing
    """

    name: str
    text: str
    basis: Basis
    values: Mapping[str, Estimate] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    flat: str = ""
    reach: str = ""
    sources: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    missing: str = ""

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "name": self.name,
            "text": self.text,
            "basis": self.basis,
            "values": {name: item.to_dict() for name, item in self.values.items()},
            "options": [option.to_dict() for option in self.options],
            "flat": self.flat,
            "reach": self.reach,
            "sources": list(self.sources),
            "warnings": [finding.to_dict() for finding in self.findings],
            "missing": self.missing,
        }


@dataclass(frozen=True)
class Detail:
    """One question that follows from the plan.

    Parameters
    ----------
    asks : the question as one sentence.
    order : its place in the document.
    answer : function of the case; None where the question does not arise.
    """

    name: str
    asks: str
    order: int
    answer: Callable[[Case], Answer | None]


def details() -> tuple[Detail, ...]:
    """Every question of this kind, in the order of the document."""
    members = find_members("isoflop.decide.questions", "QUESTION")
    return tuple(sorted((m for m in members if isinstance(m, Detail)), key=lambda one: one.order))


def beyond(value: float, low: float, high: float, what: str) -> str:
    """How far a value lies outside a range, in words."""
    factor = max(value / high, low / value)
    out = f"{what} {factor:.3g}x beyond the evidence"
    return f"{what} inside the evidence" if factor <= 1.0 else out
