"""``isoflop fit``: fit laws to a table of runs, with intervals and a diagnosis."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from isoflop.cli.options import ReadOptions


def fit(
    path: Path,
    *,
    read: ReadOptions | None = None,
    law: str = "chinchilla",
    objective: Literal["huber_log", "squared_log", "squared"] = "huber_log",
    delta: float = 1e-3,
    axis: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    target: str | None = None,
    fix: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    resamples: int = 200,
    intervals: Literal["bootstrap", "curvature"] = "bootstrap",
    starts: int | None = None,
    cluster: str | None = None,
    level: float = 0.9,
    drop_outliers: bool = False,
    seed: int = 0,
    json: bool = False,
    out: Path | None = None,
) -> None:
    """Fit a law to a table of runs.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    law
        A law of `isoflop laws`, or a Python file of your own that declares LAW.
    objective
        Huber on log loss (the field's default), squared log, or squared loss.
    delta
        Where Huber turns from quadratic to linear.
    axis
        Column of a law input: x=flops, N=params_non_embedding.
    target
        Column to predict; the law's own by default.
    fix
        Hold a parameter: E=1.69.
    resamples
        Draws of the parameters for the intervals; 0 for none.
    intervals
        Re-solved resamples, or the normal approximation at the optimum.
    starts
        Random starts beside those of the projection grid; 3 to 12 by default.
    cluster
        Column whose equal values are resampled together.
    level
        Of the intervals.
    drop_outliers
        Fit again without the runs that the diagnosis names as far off, and show both.
    seed
        Same input and seed, same bytes.
    json
        Print one JSON document.
    out
        Save the fit to this file.
    """
    from isoflop.cli.arguments import numbers
    from isoflop.cli.options import assignments, progress_on_stderr
    from isoflop.fit.fit_law import fit_law
    from isoflop.fit.objective import Objective
    from isoflop.fit.without_outliers import without_outliers
    from isoflop.show.fit_output import fit_json, fit_text

    runs = (read or ReadOptions()).load(path)
    begin = time.perf_counter()
    with progress_on_stderr("resampling") as progress:
        result = fit_law(
            runs,
            law,
            axes=assignments(axis, "--axis"),
            target=target,
            objective=Objective(objective, delta),
            fixed=numbers(fix, "--fix"),
            resamples=resamples,
            intervals=intervals,
            cluster=cluster,
            level=level,
            seed=seed,
            n_random=starts,
            progress=progress,
        )
        kept = without_outliers(runs, result, progress=progress) if drop_outliers else None
    if out is not None:
        (kept or result).save(out)
    sys.stdout.write(
        fit_json(result, kept, time.perf_counter() - begin) if json else fit_text(result, kept)
    )
