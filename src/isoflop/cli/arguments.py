"""Reads numbers as people write them: ``--fix E=1.69``, ``--budget 1e22``, ``--max-params 7B``."""

from __future__ import annotations

from collections.abc import Sequence

from isoflop.cli.options import assignments


def count(text: str, option: str) -> float:
    """The count behind an option such as ``--budget 1e22``.

    Raises
    ------
    UsageError
        E214 or E215 if it is not one.
    """
    from isoflop.core.errors import DataError, UsageError
    from isoflop.core.quantities import parse_count

    try:
        return parse_count(text)
    except DataError as error:
        raise UsageError(
            error.what,
            where=f"{option} {text}",
            matters="nothing was computed.",
            do=error.do if error.code == "E214" else f"give {option} a positive number: 1e22, 7B.",
            code=error.code,
        ) from error


def numbers(texts: Sequence[str], option: str) -> dict[str, float]:
    """``("E=1.69", "N=7B")`` as numbers.

    Raises
    ------
    UsageError
        E114 if a value is not a number.
    """
    from isoflop.core.errors import DataError, UsageError
    from isoflop.core.quantities import parse_count

    values = {}
    for name, text in assignments(texts, option).items():
        try:
            values[name] = parse_count(text)
        except DataError as error:
            raise UsageError(
                f"{text!r} is not a number.",
                where=f"{option} {name}={text}",
                matters="nothing was computed.",
                do="write a number such as 1.69 or 7B.",
                code="E114",
            ) from error
    return values
