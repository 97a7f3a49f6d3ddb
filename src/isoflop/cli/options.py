"""Options that several commands share: how a table of runs is read, progress, NAME=VALUE pairs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from isoflop.core.conventions import LossUnit, ParameterCount

if TYPE_CHECKING:
    from isoflop.core.runs import Runs

Repeated = Parameter(consume_multiple=True, negative=(), show_default=False)


@Parameter(name="*")
@dataclass(frozen=True)
class ReadOptions:
    """How a table of runs is read."""

    map: Annotated[tuple[str, ...], Repeated] = ()
    """Name a column: N=n_params, loss=val_loss, params=1e9*size_b; empty (C=) leaves one out."""

    map_file: Path | None = None
    """TOML file with a [map] table, as --save-map writes it; --map goes before it."""

    params: ParameterCount = "unknown"
    """What the model size counts."""

    loss_unit: LossUnit = "unknown"
    """Unit of the loss; unknown is treated as nat/token, with a note."""

    tokens_per_byte: float | None = None
    """Of the tokenizer on the evaluation text; turns bit/byte into nat/token."""

    where: Annotated[tuple[str, ...], Repeated] = ()
    """Keep rows that meet a condition: dataset=c4, 'flops<1e21'."""

    drop: Annotated[tuple[str, ...], Repeated] = ()
    """Leave more out: highest_loss=5, loss_above=5, tokens_below=1B, tokens_per_param_below=1."""

    keep: Annotated[tuple[str, ...], Repeated] = ()
    """Switch a rule off: not_a_number, missing, non_finite, negative_count, duplicate, diverged,
    loss_in_bits."""

    @property
    def mapping(self) -> dict[str, str]:
        """The mapping file with --map on top."""
        from isoflop.core.quantities import quantity
        from isoflop.measure.mapping_words import load_mapping, parse_pairs

        typed = parse_pairs(self.map)
        saved = {} if self.map_file is None else load_mapping(self.map_file)
        said = {quantity(ours).column for ours in typed}
        return {k: v for k, v in saved.items() if quantity(k).column not in said} | typed

    def load(self, path: Path) -> Runs:
        """Read the runs, and say on stderr what should be known about them."""
        from isoflop.measure.read_runs import read_runs

        runs = read_runs(
            path,
            mapping=self.mapping,
            params=self.params,
            loss_unit=self.loss_unit,
            tokens_per_byte=self.tokens_per_byte,
            where=self.where,
            drop=self.drop,
            keep=self.keep,
        )
        for finding in runs.provenance.notes:
            sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
        return runs


def assignments(pairs: Iterable[str], option: str) -> dict[str, str]:
    """``NAME=VALUE`` texts as a dictionary.

    Raises
    ------
    UsageError
        If a text has no equals sign or no name.
    """
    from isoflop.core.errors import UsageError

    found = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not (sign and name.strip() and value.strip()):
            raise UsageError(
                f"{pair!r} is not NAME=VALUE.",
                where=f"{option} {pair}",
                matters="nothing was computed.",
                do=f"write {option} NAME=VALUE.",
            )
        found[name.strip()] = value.strip()
    return found


@contextmanager
def progress_on_stderr(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A callback (done, total) that rewrites one line; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return

    def show(done: int, total: int) -> None:
        sys.stderr.write(f"\r{what} {done}/{total}")
        sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[K")
