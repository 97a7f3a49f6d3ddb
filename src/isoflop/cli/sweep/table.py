"""``isoflop sweep table``: the finished runs of a sweep as a run table."""

from __future__ import annotations

import sys
from pathlib import Path


def table(
    sweep: Path, /, *, out: Path | None = None, curves: bool = False, trunks: bool = False
) -> None:
    """Make the run table of the finished runs, readable by isoflop read.

    Parameters
    ----------
    sweep
        Folder of the sweep, or its TOML file.
    out
        CSV file, Parquet or JSONL by its ending; printed as CSV without.
    curves
        One row a logged step instead of one a run.
    trunks
        With the runs that only carry branches and were never cooled down.
    """
    from isoflop.measure.launch.planning import open_sweep
    from isoflop.measure.launch.run_table import curve_table, run_table
    from isoflop.show.sweep import write_table

    made, notes = (curve_table if curves else run_table)(open_sweep(sweep), trunks=trunks)
    for finding in notes:
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
    sys.stdout.write(write_table(made, out))
