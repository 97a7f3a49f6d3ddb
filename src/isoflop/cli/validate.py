"""``isoflop validate``: forecast runs that were held out, and say how far a law may be used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from isoflop.cli.fit_options import FitOptions
from isoflop.cli.options import ReadOptions, Repeated, StrictOutput, progress_on_stderr
from isoflop.cli.validate_options import JudgeOptions


def validate(
    path: Path,
    *,
    read: ReadOptions | None = None,
    law: Annotated[tuple[str, ...], Repeated] = ("chinchilla",),
    split: Literal["compute", "size", "tokens"] = "compute",
    threshold: Annotated[tuple[str, ...], Repeated] = (),
    fitting: FitOptions | None = None,
    judging: JudgeOptions | None = None,
    output: StrictOutput | None = None,
) -> None:
    """Fit the smaller runs, forecast the larger ones, and say how far to trust the law.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    law
        Laws of `isoflop laws` to compare by their held-out error; chinchilla by default.
    split
        What orders the runs: training compute, model size or tokens.
    threshold
        Learn up to here, forecast the rest: 1e21. Several rolling thresholds by default.
    """
    from isoflop.validate.backtest import backtest
    from isoflop.validate.summary import summary

    chosen, output = fitting or FitOptions(), output or StrictOutput()
    judged = judging or JudgeOptions()
    runs = (read or ReadOptions()).load(path)
    with progress_on_stderr("fitting") as progress:
        trust = backtest(
            runs,
            law,
            split=split,
            thresholds=threshold,
            objective=chosen.minimised,
            resamples=chosen.resamples,
            seed=chosen.seed,
            axes=chosen.axes,
            target=chosen.target,
            cluster=chosen.cluster,
            tolerance=judged.tolerance,
            stack=judged.stack,
            progress=progress,
        )
    for finding in trust.warnings:
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
    output.give(trust.to_json(), summary(trust))
    output.exit_if(not trust.verdict.is_usable)
