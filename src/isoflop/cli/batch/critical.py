"""``isoflop batch critical``: the critical batch of runs that were stopped at a loss."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from isoflop.cli.arguments import count
from isoflop.cli.options import OutputOptions, ReadOptions, Repeated

if TYPE_CHECKING:
    from isoflop.fit.critical_batch import CriticalBatches


def critical(
    path: Path,
    *,
    read: ReadOptions | None = None,
    method: Annotated[tuple[str, ...], Repeated] = (),
    linear_batch: str | None = None,
    level: float = 0.9,
    output: OutputOptions | None = None,
) -> None:
    """Estimate critical batches from the steps that several batches need to one loss.

    Runs of equal size and loss form a group; the loss is the target that all of them reached.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file with params, batch_tokens, steps and the loss reached.
    method
        hyperbola, departure (the 20% rule) or plateau; all by default.
    linear_batch
        Batch in tokens that linear scaling is extrapolated from (131072); found if not given.
    level
        Of the intervals.
    """
    from isoflop.core.files import canonical_json
    from isoflop.fit.critical_batch import critical_batches
    from isoflop.show.critical import critical_text

    runs = (read or ReadOptions()).load(path)
    start = count(linear_batch, "--linear-batch") if linear_batch else None
    result = critical_batches(runs, method, linear_batch=start, level=level)
    output = output or OutputOptions()
    output.give(canonical_json(result.to_dict()), critical_text(result))
    if not output.json:
        _tell(result)


def _tell(result: CriticalBatches) -> None:
    for group in result.groups:
        for name, why in group.failed.items():
            sys.stderr.write(f"note {group.label}, {name}: {why}\n")
        for finding in group.findings:
            sys.stderr.write(f"note [{finding.code}] {group.label}: {finding.text}\n")
    if result.left_out:
        sys.stderr.write(f"note {result.left_out} runs left out: fewer than three batches.\n")
