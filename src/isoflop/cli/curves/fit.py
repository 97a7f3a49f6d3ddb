"""``isoflop curves fit``: fit a curve law to logged losses under known learning rates."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from isoflop.cli.curves.options import CurveFitOptions, RateOptions
from isoflop.cli.options import OutputOptions, ReadOptions, Repeated, progress_on_stderr


def fit(
    path: Path,
    *,
    law: str = "multi_power",
    read: ReadOptions | None = None,
    rates: RateOptions | None = None,
    fitting: CurveFitOptions | None = None,
    fix: Annotated[tuple[str, ...], Repeated] = (),
    hold_out: Annotated[tuple[str, ...], Repeated] = (),
    output: OutputOptions | None = None,
) -> None:
    """Fit a curve law to the logged losses of several runs together.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a logged step: run_id, step, loss, learning rate.
    law
        multi_power, tissue, tissue_size, wang_momentum or wang_power.
    fix
        Hold a parameter: lam=0.999.
    hold_out
        Runs to predict and not to fit.
    """
    from isoflop.cli.arguments import numbers
    from isoflop.fit.curve_fit.fit_curves import fit_curves
    from isoflop.fit.curve_fit.loss_curve import loss_curves, named_runs
    from isoflop.show.curve_text import curve_fit_card

    reading = (rates or RateOptions()).reading
    table = (read or ReadOptions()).load_curves(path)
    used, held_out = named_runs(loss_curves(table, reading), hold_out)
    with progress_on_stderr("resampling") as progress:
        result = fit_curves(
            used,
            law,
            settings=(fitting or CurveFitOptions()).settings,
            fixed=numbers(fix, "--fix"),
            held_out=held_out,
            provenance=table.provenance.to_dict(),
            progress=progress,
        )
    output = output or OutputOptions()
    output.give(result.to_json(), curve_fit_card(result) + "\n")
    if output.out is not None and not output.json:
        sys.stdout.write(f"Written: {output.out}\n")
