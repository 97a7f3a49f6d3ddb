"""``isoflop multiverse``: one decision under every defensible choice, and what moves it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from isoflop.cli.options import OutputOptions, ReadOptions, Repeated, progress_on_stderr


def multiverse(
    path: Path,
    *,
    budget: str,
    read: ReadOptions | None = None,
    curves: Path | None = None,
    choices: Annotated[tuple[str, ...], Repeated] = (),
    most: int = 400,
    seed: int = 0,
    figure: Path | None = None,
    output: OutputOptions | None = None,
) -> None:
    """Plan under every combination of analyst's choices: the spread, and which choice moves it.

    Objective, law, rows left out, what N counts, and with --curves checkpoints and smoothing.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    budget
        Compute of the decision, FLOP: 1e23.
    curves
        Logged steps of the same runs.
    choices
        Choices to vary: objective law filter count checkpoints smoothing; all by default.
    most
        Universes at most; beyond that a sample with the seed stands for all.
    seed
        Same input and seed, same bytes.
    figure
        Save the figure here: .svg or .png.
    """
    from isoflop.cli.arguments import count
    from isoflop.decide.multiverse.multiverse import multiverse as fit_all
    from isoflop.show.multiverse_text import multiverse_text, save_figure

    read = read or ReadOptions()
    spent = count(budget, "--budget")
    names = tuple(name for text in choices for name in text.replace(",", " ").split())
    runs = read.load(path)
    steps = None if curves is None else read.load_curves(curves)
    with progress_on_stderr("universes") as progress:
        found = fit_all(
            runs, spent, curves=steps, choices=names, most=most, seed=seed, progress=progress
        )
    if figure is not None:
        save_figure(found, figure)
    (output or OutputOptions()).give(found.to_json(), multiverse_text(found))
