"""``isoflop rate compare``: what published rules and an own law cost on a sweep."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from isoflop.cli.options import OutputOptions, ReadOptions, Repeated


def compare(
    path: Path,
    *,
    read: ReadOptions | None = None,
    rule: Annotated[tuple[str, ...], Repeated] = (),
    optimum: Literal["near", "vertex", "akima"] = "near",
    cells: Annotated[bool, Parameter(negative=())] = False,
    output: OutputOptions | None = None,
) -> None:
    """Show the loss that rules for learning rate and batch give away, over the cells of a sweep.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run: size, tokens, lr, batch_tokens, loss.
    rule
        step_law, deepseek, porian, bjorck, kaplan ...; all by default.
    optimum
        How the own law, fitted to the other cells, finds the best of a cell.
    cells
        Show every cell too.
    """
    from isoflop.core.files import canonical_json
    from isoflop.fit.rates.cells import cells_of, counting_note
    from isoflop.show.rates import comparison_text, trials_text
    from isoflop.validate.compare_rates import compare_rates

    runs = (read or ReadOptions()).load(path)
    found = compare_rates(cells_of(runs), rule, optimum=optimum)
    text = comparison_text(found) + (trials_text(found) if cells else "")
    notes = (*counting_note(runs), *found.findings)
    document = found.to_dict() | {"warnings": [note.to_dict() for note in notes]}
    (output or OutputOptions()).give(canonical_json(document), text)
    for note in notes:
        sys.stderr.write(f"note [{note.code}] {note.text}\n")
