"""Reads fine-tuning runs: model, examples and loss are enough, sizes and tokens are not needed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isoflop.cli.options import ReadOptions
    from isoflop.core.runs import Runs

EXAMPLES = "examples"


def load(path: Path, read: ReadOptions) -> Runs:
    """The runs; where nothing else says how much was trained, examples take the place of tokens."""
    from isoflop.measure.read_runs import propose_columns
    from isoflop.measure.source import open_source

    if EXAMPLES in open_source(path).table.columns:
        known = propose_columns(path, mapping=read.mapping).applied
        if not {"params", "tokens", "flops", "params_non_embedding", "steps"} & set(known):
            read = replace(read, map=(*read.map, f"D={EXAMPLES}"))
    return read.load(path)
