"""One condition on rows, as written on a command line: ``dataset=c4``, ``loss<5``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isoflop.core.errors import DataError, UsageError
from isoflop.core.quantities import parse_count

if TYPE_CHECKING:
    import polars as pl

_SHAPE = re.compile(r"\s*(?P<column>.+?)\s*(?P<sign>!=|<=|>=|==|=|<|>)\s*(?P<value>.*?)\s*")
# Any: the operators are applied to polars expressions.
_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Condition:
    """Column, sign and the value as text."""

    column: str
    sign: str
    value: str

    def expression(self, column: str, *, is_text: bool) -> pl.Expr:
        """As a polars expression; a null never meets a condition.

        Raises
        ------
        UsageError
            If a number is compared with text, or text is compared by size.
        """
        import polars as pl

        if is_text and self.sign not in ("=", "==", "!="):
            raise UsageError(
                f"Column '{self.column}' holds text and cannot be compared with '{self.sign}'.",
                where=f"--where '{self.column}{self.sign}{self.value}'",
                do="use = or != with text.",
            )
        bound: str | float = self.value if is_text else self._number()
        compared = _SIGNS[self.sign](pl.col(column), bound)
        assert isinstance(compared, pl.Expr)
        return compared.fill_null(False)

    def _number(self) -> float:
        if self.value.lower() in ("true", "false"):
            return float(self.value.lower() == "true")
        try:
            return float(self.value)
        except ValueError:
            pass
        try:
            return parse_count(self.value)
        except DataError as error:
            raise UsageError(
                f"Column '{self.column}' holds numbers, and {self.value!r} is not one.",
                where=f"--where '{self.column}{self.sign}{self.value}'",
                do="compare with a number such as 1e21 or 7B.",
            ) from error


def parse_condition(text: str) -> Condition:
    """Read ``column=value`` (also ``!= < <= > >=``).

    Raises
    ------
    UsageError
        If the text has no sign or no column.
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{text!r} is not a condition on rows.",
            where=f"--where {text!r}",
            matters="nothing was read.",
            do="write COLUMN=VALUE, for example --where dataset=c4 or --where 'loss<5'.",
        )
    return Condition(match["column"], match["sign"], match["value"])
