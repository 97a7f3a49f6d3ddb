"""``isoflop data fit``: continued pre-training, with a loss that falls with the share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from isoflop.cli.options import OutputOptions, ReadOptions, Repeated


def fit(
    path: Path,
    *,
    read: ReadOptions | None = None,
    share: str = "share_matching",
    target: str | None = None,
    fix: Annotated[tuple[str, ...], Repeated] = (),
    resamples: int = 200,
    cluster: str | None = None,
    seed: int = 0,
    output: OutputOptions | None = None,
) -> None:
    """Fit the loss of continued pre-training so that it never rises with the share.

    Fit twice: the domain loss against the share of domain data, the general loss against the share
    of general data.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run: size, tokens, share, loss.
    share
        Column with the share of data that matches the validation set: share/law.
    target
        Column to predict; loss by default.
    fix
        Hold a parameter: eps=0.1.
    resamples
        Draws of the parameters for the intervals; 0 for none.
    cluster
        Column whose equal values are resampled together.
    seed
        Same input and seed, same bytes.
    """
    from isoflop.cli.arguments import numbers
    from isoflop.fit.continual import fit_dcpt
    from isoflop.show.fit_output import fit_text

    runs = (read or ReadOptions()).load(path)
    found = fit_dcpt(
        runs,
        axes={"r": share},
        target=target,
        fixed=numbers(fix, "--fix"),
        resamples=resamples,
        cluster=cluster,
        seed=seed,
    )
    chosen = output or OutputOptions()
    if chosen.out is not None:
        found.save(chosen.out)
    sys.stdout.write(found.to_json() if chosen.json else fit_text(found, None))
