"""Options that several commands share: reading runs, where the answer goes, NAME=VALUE pairs."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import Parameter

from isoflop.core.conventions import LossUnit, ParameterCount

if TYPE_CHECKING:
    from isoflop.core.curves import Curves
    from isoflop.core.runs import Runs
    from isoflop.core.table import EvidenceTable

Table = TypeVar("Table", bound="EvidenceTable")
_BETWEEN = re.compile(r",(?=\s*[A-Za-z_]\w*\s*=)")  # a comma inside 1,000 ends no pair
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
    """Switch a rule off: not_a_number, missing, non_finite, negative_count, negative_loss,
    duplicate, diverged, loss_in_bits."""

    @property
    def mapping(self) -> dict[str, str]:
        """The mapping file with --map on top."""
        from isoflop.core.quantities import quantity
        from isoflop.measure.mapping_words import load_mapping, parse_pairs

        typed = parse_pairs(self.map)
        saved = {} if self.map_file is None else load_mapping(self.map_file)
        said = {quantity(ours).column for ours in typed}
        return {k: v for k, v in saved.items() if quantity(k).column not in said} | typed

    def load(self, path: Path, columns: Sequence[str] = ()) -> Runs:
        """Read the runs, and say on stderr what should be known about them.

        ``columns`` are those of a law, the target first, where one is known before reading.
        """
        from isoflop.measure.read_runs import read_runs

        return _told(read_runs(path, **self._settings(), columns=columns))

    def load_curves(self, path: Path) -> Curves:
        """Read the logged steps of runs, and say on stderr what should be known about them."""
        from isoflop.measure.read_curves import read_curves

        return _told(read_curves(path, **self._settings()))

    def _settings(self) -> dict[str, Any]:
        # Any: the keyword arguments of the readers, each of its own type.
        names = ("params", "loss_unit", "tokens_per_byte", "where", "drop", "keep")
        return {"mapping": self.mapping} | {name: getattr(self, name) for name in names}


@Parameter(name="*")
@dataclass(frozen=True)
class OutputOptions:
    """Where the answer goes."""

    json: bool = False
    """Print one JSON document."""

    out: Path | None = None
    """Save the JSON document to this file."""

    def give(self, document: str, text: str) -> None:
        """Save the document if asked, then print it or the text."""
        from isoflop.core.files import write_atomic

        if self.out is not None:
            write_atomic(self.out, document)
        sys.stdout.write(document if self.json else text)


@Parameter(name="*")
@dataclass(frozen=True)
class StrictOutput(OutputOptions):
    """Where the answer goes, and whether an answer not to be trusted is a failure."""

    strict: bool = False
    """Exit with 1 when the answer is not to be trusted: a law not to use, a plan over ten times
    beyond the evidence."""

    def exit_if(self, doubtful: bool) -> None:
        """Exit with 1 if asked to."""
        if self.strict and doubtful:
            sys.exit(1)


def _told(table: Table) -> Table:
    for finding in table.provenance.notes:
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
    return table


def assignments(pairs: Iterable[str], option: str) -> dict[str, str]:
    """``NAME=VALUE`` texts as a dictionary; one text may hold several, ``E=1.7,A=400``.

    Raises
    ------
    UsageError
        If a text has no equals sign or no name.
    """
    from isoflop.core.errors import UsageError

    found = {}
    for pair in (one for text in pairs for one in _BETWEEN.split(text)):
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
