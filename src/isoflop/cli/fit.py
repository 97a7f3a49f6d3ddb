"""``isoflop fit``: fit laws to a table of runs, with intervals and a diagnosis."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from isoflop.cli.fit_options import DoubtOptions, FitOptions, JointOptions, LawChoice, SearchOptions
from isoflop.cli.options import OutputOptions, ReadOptions, progress_on_stderr

if TYPE_CHECKING:
    from isoflop.core.runs import Runs
    from isoflop.fit.fit import Fit
    from isoflop.fit.joint_fit import JointFit


def fit(
    path: Path,
    *,
    read: ReadOptions | None = None,
    choice: LawChoice | None = None,
    fitting: FitOptions | None = None,
    search: SearchOptions | None = None,
    doubt: DoubtOptions | None = None,
    joint: JointOptions | None = None,
    output: OutputOptions | None = None,
) -> None:
    """Fit a law to a table of runs.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    """
    from isoflop.fit.fit_law import columns_of
    from isoflop.fit.without_outliers import without_outliers
    from isoflop.laws.catalogue import get_law
    from isoflop.show.fit_output import fit_json, fit_text, joint_text

    fitting, search, doubt = (
        fitting or FitOptions(),
        search or SearchOptions(),
        doubt or DoubtOptions(),
    )
    joint, output = joint or JointOptions(), output or OutputOptions()
    joint.refuse_conflicts(search, doubt)
    law = (choice or LawChoice()).name
    columns = columns_of(get_law(law), fitting.axes, fitting.target)
    runs = (read or ReadOptions()).load(path, columns)
    begin = time.perf_counter()
    if joint.by is not None:
        together = _joint(runs, law, joint, fitting, search, doubt.level)
        if output.out is not None:
            together.save(output.out)
        seconds = time.perf_counter() - begin
        sys.stdout.write(fit_json(together, None, seconds) if output.json else joint_text(together))
        return
    result = _single(runs, law, fitting, search, doubt)
    with progress_on_stderr("resampling") as progress:
        kept = without_outliers(runs, result, progress=progress) if doubt.drop_outliers else None
    if output.out is not None:
        (kept or result).save(output.out)
    seconds = time.perf_counter() - begin
    sys.stdout.write(fit_json(result, kept, seconds) if output.json else fit_text(result, kept))


def _single(
    runs: Runs, law: str, fitting: FitOptions, search: SearchOptions, doubt: DoubtOptions
) -> Fit:
    from isoflop.fit.fit_law import fit_law

    with progress_on_stderr("resampling") as progress:
        return fit_law(
            runs,
            law,
            axes=fitting.axes,
            target=fitting.target,
            objective=fitting.minimised,
            fixed=search.fixed,
            resamples=fitting.resamples,
            intervals=doubt.intervals,
            cluster=fitting.cluster,
            level=doubt.level,
            seed=fitting.seed,
            n_random=search.starts,
            start=search.only,
            progress=progress,
        )


def _joint(
    runs: Runs,
    law: str,
    joint: JointOptions,
    fitting: FitOptions,
    search: SearchOptions,
    level: float,
) -> JointFit:
    from isoflop.fit.joint import fit_joint

    assert joint.by is not None
    with progress_on_stderr("resampling") as progress:
        return fit_joint(
            runs,
            law,
            by=joint.by,
            shared=joint.shared,
            axes=fitting.axes,
            target=fitting.target,
            objective=fitting.minimised,
            fixed=search.fixed,
            resamples=fitting.resamples,
            cluster=fitting.cluster,
            level=level,
            seed=fitting.seed,
            n_random=search.starts,
            progress=progress,
        )
