"""``isoflop validate``: forecast runs that were held out, and say how far a law may be used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from isoflop.cli.options import ReadOptions, assignments, progress_on_stderr

Repeated = Parameter(consume_multiple=True, negative=())


def validate(
    path: Path,
    *,
    read: ReadOptions | None = None,
    law: Annotated[tuple[str, ...], Repeated] = ("chinchilla",),
    split: Literal["compute", "size", "tokens"] = "compute",
    threshold: Annotated[tuple[str, ...], Repeated] = (),
    objective: Literal["huber_log", "squared_log", "squared"] = "huber_log",
    delta: float = 1e-3,
    axis: Annotated[tuple[str, ...], Repeated] = (),
    target: str | None = None,
    tolerance: float = 0.02,
    resamples: int = 200,
    cluster: str | None = None,
    seed: int = 0,
    strict: bool = False,
    json: bool = False,
    out: Path | None = None,
) -> None:
    """Fit the smaller runs, forecast the larger ones, and say how far to trust the law.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    law
        Laws of `isoflop laws` to compare by their held-out error.
    split
        What orders the runs: training compute, model size or tokens.
    threshold
        Learn up to here, forecast the rest: 1e21. Several rolling thresholds by default.
    objective
        Huber on log loss (the field's default), squared log, or squared loss.
    delta
        Where Huber turns from quadratic to linear.
    axis
        Column of a law input: x=flops, N=params_non_embedding.
    target
        Column to predict; the law's own by default.
    tolerance
        Mean relative error below which a forecast counts as good.
    resamples
        Bootstrap refits for the intervals; 0 for none.
    cluster
        Column whose equal values are resampled together.
    seed
        Same input and seed, same bytes.
    strict
        Exit with 1 when the verdict is "do not use".
    json
        Print one JSON document.
    out
        Write the JSON document to this file.
    """
    from isoflop.core.files import write_atomic
    from isoflop.fit.objective import Objective
    from isoflop.validate.backtest import backtest
    from isoflop.validate.summary import summary

    runs = (read or ReadOptions()).load(path)
    with progress_on_stderr("fitting") as progress:
        trust = backtest(
            runs,
            law,
            split=split,
            thresholds=threshold,
            objective=Objective(objective, delta),
            resamples=resamples,
            seed=seed,
            axes=assignments(axis, "--axis"),
            target=target,
            cluster=cluster,
            tolerance=tolerance,
            progress=progress,
        )
    if out is not None:
        write_atomic(out, trust.to_json())
    for finding in trust.warnings:
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
    sys.stdout.write(trust.to_json() if json else summary(trust))
    if strict and not trust.verdict.is_usable:
        raise SystemExit(1)
