"""Words commands share: NAME=VALUE arguments and progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from isoflop.core.errors import UsageError


def assignments(texts: Sequence[str], option: str) -> dict[str, str]:
    """``("x=flops", "E=1.69")`` as a dict.

    Raises
    ------
    UsageError
        If a text has no name or no value.
    """
    pairs = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not (name.strip() and sign and value.strip()):
            raise UsageError(
                f"{text!r} is not NAME=VALUE.",
                where=option,
                matters="nothing was computed.",
                do=f"write for example: {option} x=flops",
                code="E114",
            )
        pairs[name.strip()] = value.strip()
    return pairs


def numbers(texts: Sequence[str], option: str) -> dict[str, float]:
    """As :func:`assignments`, with counts such as 7B as values."""
    from isoflop.core.errors import DataError
    from isoflop.core.quantities import parse_count

    values = {}
    for name, text in assignments(texts, option).items():
        try:
            values[name] = parse_count(text)
        except DataError as error:
            raise UsageError(
                f"{text!r} is not a number.", where=f"{option} {name}={text}", do=error.do, code="E114"
            ) from error
    return values


@contextmanager
def progress_on_stderr(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on stderr where a person is watching; None otherwise."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance
