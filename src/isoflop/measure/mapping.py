"""Which column of a foreign table is which quantity: a proposal, and what the user says.

A proposal comes from names (``synonyms.toml``) and magnitudes. Doubtful ones are never applied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from isoflop.core.quantities import is_canonical, quantity
from isoflop.measure.cells import read_numbers

if TYPE_CHECKING:
    import polars as pl

Confidence: TypeAlias = Literal["given", "sure", "likely", "doubtful"]

_ORDER: tuple[Confidence, ...] = ("given", "sure", "likely", "doubtful")
_SPREAD = re.compile(r"_(lo|hi|low|high|lower|upper|se|std|stderr|err|ci|min|max)\d*$")
_AUXILIARY = re.compile(r"(^|_)(z|aux|router|balance|balancing)_loss")
_SCALES = {"k": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9, "t": 1e12}
_WORDS = {1e6: "millions", 1e9: "billions"}
_SMALLEST = 100.0  # counts below it are scaled: no model has so few parameters; assumption
_SCALED = re.compile(r"(?P<base>.+?)(?:_in)?_(?P<scale>k|m|b|bn|t|million|billion)s?")


@dataclass(frozen=True)
class Proposal:
    """One foreign column and what it is taken for.

    Parameters
    ----------
    target : canonical column.
    foreign : column of the table.
    confidence : "given" by the user, "sure", "likely", or "doubtful" (never applied).
    reason : why, in words.
    scale : what the column is multiplied by.
    advice : options of a command line that would settle it, where naming the column would not.
    """

    target: str
    foreign: str
    confidence: Confidence
    reason: str
    scale: float = 1.0
    advice: str | None = None

    @property
    def option(self) -> str:
        """What to pass on a command line to settle it."""
        return self.advice or _option(self.target, self.foreign, self.scale)

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "target": self.target,
            "foreign": self.foreign,
            "confidence": self.confidence,
            "reason": self.reason,
            "scale": self.scale,
        }


@dataclass(frozen=True)
class Mapping:
    """All proposals for one table, at most one applied for each target."""

    proposals: tuple[Proposal, ...]

    @property
    def applied(self) -> dict[str, Proposal]:
        """{canonical column: proposal} of all but the doubtful ones."""
        return {item.target: item for item in self.proposals if item.confidence != "doubtful"}

    @property
    def doubtful(self) -> tuple[Proposal, ...]:
        """Proposals that need the user's word."""
        return tuple(item for item in self.proposals if item.confidence == "doubtful")

    def to_dict(self) -> list[dict[str, object]]:
        """Plain fields, for JSON."""
        return [item.to_dict() for item in self.proposals]


def propose_mapping(table: pl.DataFrame, given: MappingType[str, Proposal | None]) -> Mapping:
    """A target for every column that can be understood.

    Parameters
    ----------
    given : {canonical column: the user's choice}; None leaves that quantity out.
    """
    taken = {item.foreign for item in given.values() if item is not None}
    free = [name for name in table.columns if name not in taken]
    found: dict[str, list[Proposal]] = {}
    for foreign in free:
        proposal = _recognise(table[foreign])
        if proposal is not None and proposal.target not in given:
            found.setdefault(proposal.target, []).append(proposal)
    settled = [item for rivals in found.values() for item in _settle(rivals)]
    chosen = [item for item in given.values() if item is not None]
    return Mapping((*chosen, *_prefer_exact_sizes(settled, table)))


def normalised(name: str) -> str:
    """A column name in lower case with single underscores: "nParams (B)" is "n_params_b"."""
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")


@cache
def _synonyms() -> dict[str, dict[str, Any]]:
    # Any: TOML values, lists of names and two numbers.
    import tomllib

    path = resources.files("isoflop.measure") / "synonyms.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _known_names() -> dict[str, tuple[str, Confidence]]:
    """{name or letter: (target, confidence)}; letters keep their case."""
    fields: tuple[tuple[str, Confidence], ...] = (
        ("doubtful", "doubtful"),
        ("likely", "likely"),
        ("sure", "sure"),
        ("letters", "sure"),
    )
    return {
        name: (target, confidence)
        for target, entry in _synonyms().items()
        for field, confidence in fields
        for name in entry.get(field, ())
    }


def _recognise(cells: pl.Series) -> Proposal | None:
    foreign = cells.name
    if is_canonical(foreign):
        return _weigh(Proposal(foreign, foreign, "sure", "its name is the canonical one"), cells)
    match = _known_names().get(foreign) or _known_names().get(normalised(foreign))
    if match is not None:
        words = {"sure": "its name says so", "likely": "usual meaning of its name"}
        reason = words.get(match[1], "its name may mean something else")
        return _weigh(Proposal(match[0], foreign, match[1], reason), cells)
    name = normalised(foreign)
    if _is_loss(name) and read_numbers(cells, "number").n_good:
        return _weigh(Proposal("loss", foreign, "likely", "a loss by its name"), cells)
    scaled = _SCALED.fullmatch(name)
    base = _known_names().get(scaled["base"]) if scaled is not None else None
    if scaled is None or base is None or quantity(base[0]).kind != "count":
        return None
    reason = "the name gives a scale; the values may already be counts"
    return Proposal(base[0], foreign, "doubtful", reason, _SCALES[scaled["scale"]])


def _is_loss(name: str) -> bool:
    named = re.search(r"(^|_)loss(_|$)", name) is not None
    return named and _SPREAD.search(name) is None and _AUXILIARY.search(name) is None


def _weigh(proposal: Proposal, cells: pl.Series) -> Proposal | None:
    """Doubtful if the magnitudes disagree with the name; None if there is nothing in it."""
    kind = quantity(proposal.target).kind
    if kind == "text":
        return proposal
    numbers = read_numbers(cells, kind)
    median = numbers.values.drop_nulls().median()
    if not isinstance(median, float):
        if numbers.bad:
            return _doubt_text(proposal, next(iter(numbers.bad.values())))
        return proposal if proposal.target == "loss" else None
    entry = _synonyms().get(proposal.target, {})
    low, high = entry.get("low"), entry.get("high")
    if low is None or high is None or low <= median <= high or median != median:
        return proposal
    reason = f"its median is {median:.4g}, usual are {low:g} to {high:g}"
    if kind != "count" or not 0 < median < low:
        return _doubt(proposal, reason)
    return replace(_doubt(proposal, reason), advice=_advise_scale(proposal, median, entry))


def _doubt(proposal: Proposal, reason: str) -> Proposal:
    return Proposal(proposal.target, proposal.foreign, "doubtful", reason)


def _doubt_text(proposal: Proposal, cell: str) -> Proposal:
    comma = re.fullmatch(r"-?\d+,\d+", cell.strip()) is not None
    hint = "; decimals need a point, not a comma" if comma else ""
    doubt = _doubt(proposal, f"its name fits, but it holds text, {cell!r}{hint}")
    advice = f"--map {proposal.target}=COLUMN with another column, or correct its cells"
    return replace(doubt, advice=advice)


def _advise_scale(proposal: Proposal, median: float, entry: MappingType[str, Any]) -> str:
    """Options that make small numbers counts: as they stand (a tiny model), millions, billions."""
    low, high = entry.get("typical_low", entry["low"]), entry.get("typical_high", entry["high"])
    scales = {scale: words for scale, words in _WORDS.items() if low <= median * scale <= high}
    if median >= _SMALLEST or not scales:
        scales = {1.0: "counts as they stand", **scales}
    options = {_option(proposal.target, proposal.foreign, s): words for s, words in scales.items()}
    return " or ".join(f"{option} (if {words})" for option, words in options.items())


def _option(target: str, foreign: str, scale: float) -> str:
    value = foreign if scale == 1.0 else f"{scale:g}*{foreign}"
    needs_quotes = re.fullmatch(r"[\w./-]+", value) is None
    return f"--map '{target}={value}'" if needs_quotes else f"--map {target}={value}"


def _settle(rivals: list[Proposal]) -> list[Proposal]:
    """One of several columns with the same target: the canonical name, or the only best one."""
    best = min(rivals, key=lambda item: _ORDER.index(item.confidence)).confidence
    if best == "doubtful":
        return rivals
    leading = [item for item in rivals if item.confidence == best]
    canonical = [item for item in leading if item.foreign == item.target]
    chosen = canonical or leading
    if len(chosen) == 1:
        return chosen
    names = ", ".join(item.foreign for item in chosen)
    return [_doubt(item, f"several columns could be {item.target}: {names}") for item in chosen]


def _prefer_exact_sizes(found: list[Proposal], table: pl.DataFrame) -> list[Proposal]:
    """A label such as '70M' is not used as the size where an exact count is there."""
    exact = any(item.target == "params_non_embedding" for item in found)
    reason = "a rounded label; params_non_embedding is exact"
    return [
        _doubt(item, reason)
        if exact
        and item.target == "params"
        and not table[item.foreign].dtype.is_numeric()
        and item.confidence == "likely"
        else item
        for item in found
    ]
