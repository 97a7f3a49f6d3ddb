"""``isoflop compare``: laws side by side, ranked by their error on runs that were held out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from isoflop.cli.options import OutputOptions, ReadOptions, Repeated, progress_on_stderr


def compare(
    path: Path,
    *,
    read: ReadOptions | None = None,
    law: Annotated[tuple[str, ...], Repeated] = ("chinchilla", "skaling", "overtraining"),
    resamples: int = 100,
    seed: int = 0,
    output: OutputOptions | None = None,
) -> None:
    """Rank laws by held-out error; ties are named, in-sample fit decides nothing.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    law
        Laws of `isoflop laws`; chinchilla, skaling and overtraining by default.
    resamples
        Bootstrap refits for the intervals.
    seed
        Same input and seed, same bytes.
    """
    from isoflop.core.files import canonical_json
    from isoflop.show.terminal import table
    from isoflop.validate.compare_laws import compare_laws

    runs = (read or ReadOptions()).load(path)
    with progress_on_stderr("fitting") as progress:
        result = compare_laws(runs, law, resamples=resamples, seed=seed, progress=progress)
    tied = [row.name for row in result.rows if row.tie]
    ties = f" (tied: {', '.join(tied)})" if len(tied) > 1 else ""
    rows = [
        [row.name, f"{row.are_heldout:.3%}", f"{row.objective:.6g}", str(row.n_parameters)]
        for row in result.rows
    ]
    columns = table(["law", "held-out ARE", "objective", "parameters"], rows)
    text = f"Best on held-out runs: {result.best}{ties}\n\n{columns}\n"
    (output or OutputOptions()).give(canonical_json(result.to_dict()), text)
