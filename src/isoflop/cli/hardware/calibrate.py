"""``isoflop hardware calibrate``: efficiency of one's own machines from timed steps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from isoflop.cli.hardware.options import ChipOptions, say
from isoflop.cli.options import OutputOptions, Repeated, assignments


def calibrate(
    path: Path,
    *,
    chip: ChipOptions,
    given: Annotated[tuple[str, ...], Repeated] = (),
    folds: int = 10,
    seed: int = 0,
    output: OutputOptions | None = None,
) -> None:
    """Fit the coefficients of a step to 10 to 20 timed steps, with the error on held-out ones.

    Save the answer with --out FILE and use it as --calibration FILE.

    Parameters
    ----------
    path
        CSV, JSONL or Parquet file, one row a layout: depth, width, heads, vocab, seq_len, batch,
        micro_batch, data, tensor, pipeline, zero, recompute, seconds ...
    given
        NAME=VALUE: a column that is equal in all rows and not in the file: vocab=51200.
    folds
        Groups held out in turn.
    seed
        Deals rows to groups.
    """
    from isoflop.decide.hardware.calibrate import calibrate as fitted
    from isoflop.decide.hardware.findings import chip_findings
    from isoflop.decide.hardware.timed_steps import read_steps
    from isoflop.show.hardware.calibration import calibration_text

    machine = chip.accelerator()
    steps = read_steps(path, assignments(given, "--given"))
    found = fitted(steps, machine, folds=folds, seed=seed)
    (output or OutputOptions()).give(found.to_json(), calibration_text(found))
    say((*found.findings, *chip_findings(machine)))
