"""Values of result documents in words: estimates with intervals, counts, nested facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from isoflop.core.quantities import DOMAIN_FAMILIES, format_count, is_canonical, quantity

# Any: result documents are JSON; each value is turned into text here, whatever its type.
Document = Mapping[str, Any]

_LARGE = 1e5  # from here on numbers are written as counts


class Result(Protocol):
    """Anything with a JSON document: a plan, a trust, a result of the user's own."""

    def to_dict(self) -> dict[str, object]:
        """The document."""


def document_of(result: Result | None) -> Document:
    """The document of a result, empty where there is none."""
    return {} if result is None else result.to_dict()


def number(value: float) -> str:
    """A number in few characters."""
    return format_count(value) if abs(value) >= _LARGE else f"{value:.4g}"


def estimate(item: Document) -> str:
    """Value with unit, and the interval where it is known: ``2.02 nat/token (1.98 to 2.06)``."""
    unit = item.get("unit")
    shown = number(item["value"]) + (f" {unit}" if unit and unit != "1" else "")
    return shown + interval(item)


def interval(item: Document) -> str:
    """`` (1.98 to 2.06)``, or nothing."""
    lo, hi = item.get("lo"), item.get("hi")
    if lo is None and hi is None:
        return ""
    return f" ({'?' if lo is None else number(lo)} to {'?' if hi is None else number(hi)})"


def say(value: object) -> str:
    """Any value of a document."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(float(value))
    if isinstance(value, Mapping):
        if isinstance(value.get("value"), int | float):
            return estimate(value)
        return ", ".join(f"{name_of(str(k))} {say(v)}" for k, v in value.items()) or "none"
    if isinstance(value, list | tuple):
        if len(value) == 2 and all(isinstance(item, float) for item in value):
            return f"{number(value[0])} to {number(value[1])}"
        return ", ".join(map(say, value)) or "none"
    return str(value)


def name_of(key: str) -> str:
    """A symbol or field in words."""
    if key in ("N", "D", "C", "M", "U") or is_canonical(key):
        return quantity(key).name
    return key if key.startswith(tuple(DOMAIN_FAMILIES)) else key.replace("_", " ")
