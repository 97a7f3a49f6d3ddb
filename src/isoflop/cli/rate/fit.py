"""``isoflop rate fit``: best learning rate and batch as powers of size and tokens."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from isoflop.cli.options import OutputOptions, ReadOptions

if TYPE_CHECKING:
    from isoflop.core.explain import Finding


def fit(
    path: Path,
    *,
    read: ReadOptions | None = None,
    optimum: Literal["near", "vertex", "akima"] = "near",
    at_batch: Annotated[bool, Parameter(negative=())] = False,
    resample: Literal["cells", "rows"] = "cells",
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    output: OutputOptions | None = None,
) -> None:
    """Fit laws of the best learning rate and batch to a sweep over both.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run: size, tokens, lr, batch_tokens, loss.
    optimum
        How the best of a cell is found: runs within 0.25% of the best (near), the vertex of a
        quadratic in both logarithms, or nested Akima minima.
    at_batch
        Fit the best rate in size, tokens and batch instead: one optimum for every batch.
    resample
        Draw whole cells, or single optima as the Step Law paper does (narrower).
    resamples
        Draws behind the intervals.
    level
        Of the intervals.
    seed
        Of the draws.
    """
    from isoflop.core.files import canonical_json
    from isoflop.fit.rates.at_batch import fit_at_batch
    from isoflop.fit.rates.cells import cells_of, counting_note
    from isoflop.fit.rates.fit_rates import fit_rates
    from isoflop.show.rates import at_batch_text, rate_fit_text

    runs = (read or ReadOptions()).load(path)
    cells, notes = cells_of(runs), counting_note(runs)
    if at_batch:
        alone = fit_at_batch(cells, resample=resample, resamples=resamples, seed=seed)
        document, text = alone.to_dict(level), at_batch_text(alone, level)
        notes = (*notes, *alone.findings)
    else:
        both = fit_rates(cells, optimum=optimum, resample=resample, resamples=resamples, seed=seed)
        document, text = both.to_dict(level), rate_fit_text(both, level)
        notes = (*notes, *both.findings)
    document["warnings"] = [note.to_dict() for note in notes]
    (output or OutputOptions()).give(canonical_json(document), text)
    _say(notes)


def _say(notes: tuple[Finding, ...]) -> None:
    for note in notes:
        sys.stderr.write(f"note [{note.code}] {note.text}\n")
