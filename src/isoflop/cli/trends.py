"""``isoflop trends``: is the target monotone along an axis, before a monotone law is trusted?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from isoflop.cli.options import ReadOptions, Repeated, StrictOutput


def trends(
    path: Path,
    *,
    read: ReadOptions | None = None,
    axis: str = "flops",
    target: Annotated[tuple[str, ...], Repeated] = ("loss",),
    best: bool = False,
    level: float = 0.05,
    seed: int = 0,
    output: StrictOutput | None = None,
) -> None:
    """Test for inverse, U-shaped, broken and saturating trends along an axis.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    axis
        Column or symbol along which the target should improve.
    target
        Columns to test, all corrected for their number; score/ columns should rise, others fall.
    best
        Keep the best run at each value of the axis, where runs differ in more than the axis.
    level
        Probability of any alarm where all targets are monotone.
    seed
        Same input and seed, same bytes.
    """
    from isoflop.core.files import canonical_json
    from isoflop.show.trend_text import trend_text
    from isoflop.validate.trends.judge import judge_trends
    from isoflop.validate.trends.mixed import mixed_findings
    from isoflop.validate.trends.series import series_of

    runs = (read or ReadOptions()).load(path)
    series = [series_of(runs, axis, name, best=best) for name in target]
    shapes = judge_trends(series, level=level, seed=seed)
    output = output or StrictOutput()
    document = {"kind": "isoflop-trends", "shapes": [shape.to_dict() for shape in shapes]}
    output.give(canonical_json(document), trend_text(shapes))
    for finding in () if best else mixed_findings(runs, axis):
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
    output.exit_if(not all(shape.is_monotone for shape in shapes))
