"""``isoflop report``: fit, backtest and plan, in one HTML file that can be sent on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from isoflop.cli.arguments import count
from isoflop.cli.options import ReadOptions

if TYPE_CHECKING:
    from isoflop.core.runs import Runs

BEYOND = 10.0  # default budget over the largest run's compute; assumption: the usual next step


def report(
    path: Path,
    *,
    read: ReadOptions | None = None,
    law: str = "chinchilla",
    budget: str | None = None,
    resamples: int = 200,
    seed: int = 0,
    out: Path = Path("report.html"),
) -> None:
    """Write one self-contained HTML report: the plan, its doubt, and what it rests on.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    law
        A law of `isoflop laws`, or a Python file of your own that declares LAW.
    budget
        Training compute to plan for: 1e22. Ten times the largest run's when not given.
    resamples
        Bootstrap refits for the intervals.
    seed
        Same input and seed, same bytes.
    out
        File to write.
    """
    from isoflop.cli.options import progress_on_stderr
    from isoflop.core.files import write_atomic
    from isoflop.fit.fit_law import fit_law
    from isoflop.show.report import report_html
    from isoflop.show.report_results import answer_line, gather

    runs = (read or ReadOptions()).load(path)
    compute = _compute(runs, budget)
    with progress_on_stderr("resampling") as progress:
        fit = fit_law(runs, law, resamples=resamples, seed=seed, progress=progress)
    found = gather(runs, fit, compute, resamples=resamples)
    text = report_html(runs, fit, found.trust, found.plan, missing=found.missing)
    written = write_atomic(out, text)
    for sentence in found.missing:
        sys.stderr.write(f"note {sentence}\n")
    sys.stdout.write(f"{answer_line(fit, found)}\n{written}\n")


def _compute(runs: Runs, budget: str | None) -> float:
    from isoflop.core.errors import UsageError

    if budget is not None:
        return count(budget, "--budget")
    if runs.has("C"):
        return BEYOND * float(runs.values("C").max())
    raise UsageError(
        "These runs have no compute, so there is none to plan for.",
        where=f"{runs.provenance.source} has: {', '.join(runs.columns)}",
        matters="the report plans for ten times the largest run's compute.",
        do="give it: --budget 1e22, or name the column: --map C=COLUMN.",
        code="E451",
    )
