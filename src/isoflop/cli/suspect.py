"""``isoflop suspect``: which runs to doubt and why, what each decides, what the design lacks."""

from __future__ import annotations

from pathlib import Path

from isoflop.cli.options import ReadOptions, StrictOutput


def suspect(
    path: Path,
    *,
    read: ReadOptions | None = None,
    budget: str | None = None,
    target: str | None = None,
    seed: int = 0,
    output: StrictOutput | None = None,
) -> None:
    """Name runs to doubt with a reason, weigh what each run decides, and list design gaps.

    --strict exits with 1 when any run is named.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    budget
        Compute of the decision, FLOP: 1e23. Ten times the largest run by default.
    target
        Column of the loss.
    seed
        Same input and seed, same bytes.
    """
    from isoflop.cli.arguments import count
    from isoflop.show.suspicion_text import suspicion_text
    from isoflop.validate.suspicion.report import suspect as judge

    spent = None if budget is None else count(budget, "--budget")
    found = judge((read or ReadOptions()).load(path), budget=spent, target=target, seed=seed)
    output = output or StrictOutput()
    output.give(found.to_json(), suspicion_text(found))
    output.exit_if(bool(found.named))
