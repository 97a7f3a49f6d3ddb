"""Typed reading of a parsed document: every value is converted or refused, nothing is trusted."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray


def listed(value: object) -> list[object]:
    """A list.

    Raises
    ------
    TypeError
        If it is something else; so for the others.
    """
    if not isinstance(value, list):
        raise TypeError("a list is expected")
    return value


def mapped(value: object) -> dict[str, object]:
    """Named fields."""
    if not isinstance(value, dict):
        raise TypeError("named fields are expected")
    return value


def named(value: object) -> tuple[str, ...]:
    """A list of names."""
    return tuple(map(str, listed(value)))


def number(value: object) -> float:
    """A float."""
    return float(str(value))


def whole(value: object) -> int:
    """An integer."""
    return int(str(value))


def array(value: object) -> FloatArray:
    """Nested lists as an array; None is a missing value."""
    return np.array(value, dtype=float)


def plain(values: FloatArray) -> object:
    """An array as nested lists; a missing value is None."""
    if values.ndim == 0:
        return float(values) if np.isfinite(values) else None
    return [plain(row) for row in values]
