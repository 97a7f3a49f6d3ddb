"""``isoflop survey``: fit every law of the catalogue that applies to a table."""

from __future__ import annotations

from pathlib import Path

from isoflop.cli.options import OutputOptions, ReadOptions, progress_on_stderr


def survey(
    path: Path,
    *,
    read: ReadOptions | None = None,
    target: str = "loss",
    resamples: int = 200,
    seed: int = 0,
    workers: int = 1,
    output: OutputOptions | None = None,
) -> None:
    """Fit every law that the columns of a table can carry, and say why the others do not apply.

    Closeness in sample decides nothing: compare the laws that matter by isoflop compare.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    target
        Column to predict.
    resamples
        Bootstrap refits for the intervals.
    seed
        Same input and seed, same bytes.
    workers
        Processes.
    """
    from isoflop.fit.survey import survey as fit_all
    from isoflop.show.survey_text import survey_text

    runs = (read or ReadOptions()).load(path)
    with progress_on_stderr("fitting") as progress:
        found = fit_all(
            runs,
            target=target,
            resamples=resamples,
            seed=seed,
            workers=workers,
            progress=progress,
        )
    (output or OutputOptions()).give(found.to_json(), survey_text(found))
