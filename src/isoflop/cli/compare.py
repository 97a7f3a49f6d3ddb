"""``isoflop compare``: laws side by side, ranked by their error on runs that were held out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from isoflop.cli.options import ReadOptions, progress_on_stderr

Repeated = Parameter(consume_multiple=True, negative=())


def compare(
    path: Path,
    *,
    read: ReadOptions | None = None,
    law: Annotated[tuple[str, ...], Repeated] = ("chinchilla", "skaling", "overtraining"),
    resamples: int = 100,
    seed: int = 0,
    json: bool = False,
    out: Path | None = None,
) -> None:
    """Rank laws by held-out error; ties are named, in-sample fit decides nothing.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    law
        Laws of `isoflop laws`.
    resamples
        Bootstrap refits for the intervals.
    seed
        Same input and seed, same bytes.
    json
        Print one JSON document.
    out
        Write the JSON document to this file.
    """
    from isoflop.core.files import canonical_json, write_atomic
    from isoflop.show.terminal import table
    from isoflop.validate.compare_laws import compare_laws

    runs = (read or ReadOptions()).load(path)
    with progress_on_stderr("fitting") as progress:
        result = compare_laws(runs, law, resamples=resamples, seed=seed, progress=progress)
    document = canonical_json(result.to_dict())
    if out is not None:
        write_atomic(out, document)
    if json:
        sys.stdout.write(document)
        return
    tied = [row.name for row in result.rows if row.tie]
    sys.stdout.write(f"Best on held-out runs: {result.best}")
    sys.stdout.write(f" (tied: {', '.join(tied)})\n\n" if len(tied) > 1 else "\n\n")
    rows = [
        [row.name, f"{row.are_heldout:.3%}", f"{row.objective:.6g}", str(row.n_parameters)]
        for row in result.rows
    ]
    sys.stdout.write(table(["law", "held-out ARE", "objective", "parameters"], rows) + "\n")
