"""``isoflop allocate``: compute-optimal size and tokens by every estimator, side by side."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from isoflop.cli.arguments import count
from isoflop.cli.options import OutputOptions, ReadOptions, Repeated


def allocate(
    path: Path,
    *,
    read: ReadOptions | None = None,
    estimator: Annotated[tuple[str, ...], Repeated] = (),
    budget: str | None = None,
    output: OutputOptions | None = None,
) -> None:
    """Estimate compute-optimal size and tokens by envelope, parabola, Akima and parametric law.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    estimator
        envelope, parabola, akima or parametric; all by default.
    budget
        FLOP at which they are compared (1e22); ten times the largest run by default.
    """
    from isoflop.core.files import canonical_json
    from isoflop.core.quantities import format_count
    from isoflop.fit.allocate import allocate as run
    from isoflop.show.terminal import table

    runs = (read or ReadOptions()).load(path)
    result = run(runs, estimator, count(budget, "--budget") if budget else None)
    rows = [
        [
            item.estimator,
            f"{item.N_law.coefficient:.4g} C^{item.N_law.exponent:.4f}",
            f"{item.D_law.coefficient:.4g} C^{item.D_law.exponent:.4f}",
            format_count(item.N_law.at(result.budget)),
            format_count(item.D_law.at(result.budget)),
            str(len(item.budgets)),
        ]
        for item in result.found
    ]
    at = format_count(result.budget)
    headers = ["estimator", "N*", "D*", f"N* at {at}", f"D* at {at}", "minima"]
    output = output or OutputOptions()
    output.give(canonical_json(result.to_dict()), table(headers, rows) + "\n")
    if output.json:
        return
    for name, why in result.failed.items():
        sys.stderr.write(f"note {name}: {why}\n")
    for finding in result.findings:
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
    for item in result.found:
        for finding in item.findings:
            sys.stderr.write(f"note [{finding.code}] {item.estimator}: {finding.text}\n")
