"""One table of a sweep file, read with care: every wrong key, type or range names its line."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from isoflop.core.errors import DataError, UsageError
from isoflop.core.quantities import parse_count

_RANGE = ("from", "to", "points", "factor")
_MOST = 10_000  # values of one range; more is a slip


@dataclass(frozen=True)
class Table:
    """A [section] of a sweep file.

    Parameters
    ----------
    name : of the section.
    values : what it holds.
    source : name of the file.
    text : of the file, to find lines.
    """

    name: str
    values: Mapping[str, Any]  # Any: values of a TOML file
    source: str = "sweep"
    text: str = ""

    def has(self, key: str) -> bool:
        """True if the key is given."""
        return key in self.values

    def where(self, key: str | None = None) -> str:
        """File, line, section and key, for a message."""
        line = _line_of(self.text, self.name, key)
        place = f"{self.source}, line {line}" if line else self.source
        return f"{place}, [{self.name}]" + (f" {key}" if key else "")

    def wrong(self, key: str, problem: str, do: str) -> UsageError:
        """An error about one value."""
        return UsageError(
            f"{key} = {self.values.get(key)!r} {problem}.",
            where=self.where(key),
            matters="the runs it would make are not the ones meant.",
            do=do,
            code="E432",
        )

    def missing(self, key: str, example: str) -> UsageError:
        """An error about a value that is needed."""
        return UsageError(
            f"[{self.name}] lacks {key}.",
            where=self.where(),
            matters="without it the runs are not determined.",
            do=f"add for instance: {example}",
            code="E432",
        )

    def check_keys(self, known: Iterable[str]) -> None:
        """Refuse keys that mean nothing, with the nearest that do.

        Raises
        ------
        UsageError
            E431.
        """
        names = sorted(known)
        for key in self.values:
            if key not in names:
                near = difflib.get_close_matches(key, names, n=3, cutoff=0.5)
                hint = f"did you mean {' or '.join(near)}? " if near else ""
                raise UsageError(
                    f"[{self.name}] has no key '{key}'.",
                    where=self.where(key),
                    matters="a key that is not understood would be ignored.",
                    do=f"{hint}known: {', '.join(names)}",
                    code="E431",
                )

    def number(
        self, key: str, default: float | None = None, *, low: float = 0.0, high: float = math.inf
    ) -> float:
        """One number (7B and 1e13 are read) inside its bounds."""
        if key not in self.values and default is not None:
            return default
        return self._number(key, self._need(key, "1e13"), low, high)

    def integer(self, key: str, default: int | None = None, *, low: int = 0) -> int:
        """One whole number."""
        value = self.number(key, default, low=low)
        if value != int(value):
            raise self.wrong(key, "is not a whole number", f"write {key} = {round(value)}")
        return int(value)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "is neither true nor false", f"write {key} = true")
        return value

    def word(self, key: str, default: str | None = None, known: Iterable[str] = ()) -> str:
        """One word, of a list if one is given."""
        value = self.values.get(key, default)
        names = tuple(known)
        if value is None:
            raise self.missing(key, f'{key} = "{names[0] if names else "..."}"')
        if not isinstance(value, str) or (names and value not in names):
            near = difflib.get_close_matches(str(value), names, n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise self.wrong(key, "is not known", f"{hint}one of: {', '.join(names) or 'a text'}")
        return value

    def numbers(
        self, key: str, *, low: float = 0.0, high: float = math.inf, positive: bool = True
    ) -> list[float]:
        """Numbers: a list, one alone, or a range {from, to, factor} or {from, to, points}."""
        value = self._need(key, f"{key} = [1e12, 1e13]")
        if isinstance(value, Mapping):
            found = self._range(key, value)
        else:
            items = value if isinstance(value, list) else [value]
            found = [self._number(key, item, low, high) for item in items]
        if not found:
            raise self.wrong(key, "is empty", f"write for instance {key} = [1e12, 1e13]")
        for item in found:
            if not low <= item <= high or (positive and item <= 0):
                raise self.wrong(
                    key, f"holds {item:g}, which is out of range", self._bounds(low, high)
                )
        return list(dict.fromkeys(found))

    def integers(self, key: str, *, low: int = 0) -> list[int]:
        """Whole numbers, as ``numbers`` reads them; ranges are rounded."""
        found = self.numbers(key, low=low, positive=False)
        is_range = isinstance(self.values[key], Mapping)
        if not is_range and any(item != int(item) for item in found):
            raise self.wrong(key, "holds a number that is not whole", "write whole numbers")
        return list(dict.fromkeys(round(item) for item in found))

    def part(self, key: str) -> Table:
        """A table inside this one."""
        value = self.values.get(key, {})
        if not isinstance(value, Mapping):
            raise self.wrong(key, "is not a table", f"write {key} = {{ ... }}")
        return Table(f"{self.name}.{key}", value, self.source, self.text)

    def _need(self, key: str, example: str) -> Any:  # Any: a value of a TOML file
        if key not in self.values:
            raise self.missing(key, f"{key} = {example}" if "=" not in example else example)
        return self.values[key]

    def _number(self, key: str, value: object, low: float, high: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self.wrong(key, "is not a number", "write a number such as 0.1, 1e13 or '7M'")
        try:
            found = parse_count(value) if isinstance(value, str) else float(value)
        except DataError as error:
            raise self.wrong(key, "is not a number", "write 0.1, 1e13 or '7M'") from error
        if not (low <= found <= high and math.isfinite(found)):
            raise self.wrong(key, "is out of range", self._bounds(low, high))
        return found

    def _range(self, key: str, value: Mapping[str, object]) -> list[float]:
        """A geometric range, both ends included."""
        Table(f"{self.name}.{key}", value, self.source, self.text).check_keys(_RANGE)
        if "from" not in value or "to" not in value or ("points" in value) == ("factor" in value):
            raise self.wrong(
                key, "is no range", f"write {key} = {{ from = 1e12, to = 1e14, points = 5 }}"
            )
        low, high = (self._number(key, value[end], 0.0, math.inf) for end in ("from", "to"))
        if not 0 < low < high:
            raise self.wrong(key, "does not rise from a positive number", "give 0 < from < to")
        if "points" in value:
            points = self._number(key, value["points"], 2, _MOST)
            if points != int(points):
                raise self.wrong(key, "has a count that is not whole", "give points = 5")
            ratio = math.log(high / low) / (points - 1)
            return [low * math.exp(ratio * i) for i in range(int(points) - 1)] + [high]
        factor = self._number(key, value["factor"], 1.0, math.inf)
        if factor <= 1.0 or math.log(high / low) / math.log(factor) > _MOST:
            raise self.wrong(key, "has a factor too near to 1", "give factor = 2")
        count = math.floor(math.log(high / low) / math.log(factor) + 1e-9)
        return [low * factor**i for i in range(count + 1)]

    def _bounds(self, low: float, high: float) -> str:
        if math.isinf(high):
            return f"give {low:g} or more" if low else "give a positive number"
        return f"give {low:g} to {high:g}"


def _line_of(text: str, section: str, key: str | None) -> int | None:
    """The line of a key in a section, or of the section; None if it is not written as usual."""
    inside, header = section == "", None
    for number, line in enumerate(text.splitlines(), start=1):
        head = re.fullmatch(r"\s*\[{1,2}\s*([\w.\-]+)\s*\]{1,2}\s*(#.*)?", line)
        if head:
            inside = head[1] == section
            header = number if inside and header is None else header
        elif inside and key and re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
            return number
    return header or _line_of_parent(text, section)


def _line_of_parent(text: str, section: str) -> int | None:
    """The line of an inline table."""
    parent, _, key = section.rpartition(".")
    return _line_of(text, parent, key) if parent else None
