"""``isoflop scores fit``: learn from a table of models by benchmarks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from isoflop.cli.options import OutputOptions, ReadOptions, progress_on_stderr
from isoflop.cli.scores.options import ScoreColumns


def fit(
    path: Path,
    *,
    read: ReadOptions | None = None,
    columns: ScoreColumns | None = None,
    method: Literal["observational", "sloth", "collaborative"] = "observational",
    target: str | None = None,
    below: str | None = None,
    components: int | None = None,
    resamples: int = 100,
    level: float = 0.9,
    seed: int = 0,
    output: OutputOptions | None = None,
) -> None:
    """Learn how scores of models hang together, to forecast those that were not measured.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a model: scores, family, size, tokens, compute.
    method
        observational: one target from the other scores; sloth: all from size, tokens and family;
        collaborative: all from the few that are known.
    target
        Column of the score to forecast; observational needs it.
    below
        Learn from models up to this compute only: 8.4e22.
    components
        Capabilities, skills or factors; 3, 3, or chosen by forecasts of larger models.
    resamples
        Draws behind the intervals, over families of models; 0 for none.
    """
    from isoflop.cli.arguments import count
    from isoflop.cli.scores.options import load
    from isoflop.core.errors import UsageError
    from isoflop.fit.scores.method import Settings, document_of, get_method
    from isoflop.show.terminal import table as drawn

    chosen = get_method(method)
    if chosen.needs_target != (target is not None):
        needs = "needs a target" if chosen.needs_target else "forecasts all scores, not a target"
        raise UsageError(
            f"The method '{method}' {needs}.",
            where="--target",
            matters="nothing was computed.",
            do="name the column: --target COLUMN" if chosen.needs_target else "leave --target out.",
        )
    if components is not None and components < 1:
        raise UsageError("--components must be at least 1.", where=f"--components {components}")
    scores = load(path, read or ReadOptions(), columns or ScoreColumns(), *filter(None, [target]))
    if below is not None:
        kept = scores.take(scores.compute <= count(below, "--below"))
        sys.stderr.write(f"note learnt from {len(kept)} of {len(scores)} models up to {below}\n")
        scores = kept
    with progress_on_stderr("resampling") as progress:
        settings = Settings(
            target and target.removeprefix("score/"), components, resamples, level, seed, progress
        )
        found = chosen.fit(scores, settings)
    if found.n_draws < resamples:
        lost = resamples - found.n_draws
        sys.stderr.write(f"note [W560] {lost} of {resamples} resamples gave no fit.\n")
    text = drawn([method, ""], [list(row) for row in found.summary()]) + "\n"
    (output or OutputOptions()).give(document_of(found), text)
