"""``isoflop finetune pick``: which model to fine-tune, from runs on parts of the data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from isoflop.cli.arguments import count
from isoflop.cli.options import OutputOptions, ReadOptions

if TYPE_CHECKING:
    from isoflop.fit.finetune_selection import Selection


def pick(
    path: Path,
    *,
    budget: str,
    read: ReadOptions | None = None,
    by: str | None = None,
    output: OutputOptions | None = None,
) -> None:
    """Pick the model with the lowest loss after fine-tuning on all examples.

    Going down from the largest size, runs are accepted while they stay on a line in logs; the line
    is read at the budget. Says "cannot rank" where all models are in their flat first phase.
    Losses are compared as they stand: models with different tokenizers need a loss per byte.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a fine-tuning run: model, examples, loss.
    budget
        Examples of the full fine-tuning set: 1.6M. Larger runs in the table are not looked at.
    by
        Column that names the model; model, base_model or family by default.
    """
    from isoflop.cli.finetune.options import load
    from isoflop.core.files import canonical_json
    from isoflop.fit.finetune_curves import examples_column, models_of
    from isoflop.fit.finetune_selection import select_model

    at = count(budget, "--budget")
    runs = load(path, read or ReadOptions())
    curves = {
        name: (part.values(examples_column(part)), part.values("loss"))
        for name, part in models_of(runs, by).items()
    }
    found = select_model(curves, at)
    (output or OutputOptions()).give(canonical_json(found.to_dict()), _text(found))
    for finding in found.findings:
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")


def _text(found: Selection) -> str:
    from isoflop.core.quantities import format_count
    from isoflop.show.terminal import table

    at = format_count(found.budget)
    answer = f"Fine-tune {found.pick}." if found.pick else "Cannot rank: all models are still flat."
    rows = [
        [
            line.model,
            f"{line.forecast:.4g}",
            f"{line.slope:.3f}",
            f"{len(line.accepted)}",
            "all" if line.stopped_at is None else f"above {format_count(line.stopped_at)}",
            "flat" if line.is_flat else "power",
        ]
        for line in found.lines
    ]
    headers = ["model", f"loss at {at}", "slope", "sizes", "on the line", "phase"]
    return f"{answer}\n\n{table(headers, rows)}\n"
