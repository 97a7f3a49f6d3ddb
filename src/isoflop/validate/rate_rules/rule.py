"""What a rule is told and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from isoflop.core.members import find_members
from isoflop.fit.rates.cells import Cell
from isoflop.laws.catalogue import get_published


@dataclass(frozen=True)
class Advice:
    """A setting; batch in tokens. Where a rule leaves the rate open it gets the best there is."""

    batch: float
    lr: float | None = None


@dataclass(frozen=True)
class Base:
    """The cheapest cell of the sweep with the centre of its near-optimal set."""

    cell: Cell
    lr: float
    batch: float


@dataclass(frozen=True)
class RateRule:
    """One rule.

    Attributes
    ----------
    entries : of the catalogue of laws.
    advise : from a cell (only its size, tokens and compute may be used) and the base.
    transfers : whether it starts from the tuned base, which is then no test of it.
    example : whether a constant of it could not be verified.
    """

    name: str
    about: str
    entries: tuple[str, ...]
    advise: Callable[[Cell, Base], Advice]
    transfers: bool = False
    example: bool = False


def all_rate_rules() -> Mapping[str, RateRule]:
    """Every rule by name."""
    members = find_members("isoflop.validate.rate_rules", "RATE_RULE")
    return {member.name: member for member in members if isinstance(member, RateRule)}


def value(reference: str, **inputs: float) -> float:
    """What a published law, ``name@set``, gives."""
    law, published = get_published(reference)
    return float(law.predict(inputs, published.values)[0])
