"""``isoflop finetune fit``: the rectified law of every model, and the phase its runs are in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from isoflop.cli.options import OutputOptions, ReadOptions, progress_on_stderr

if TYPE_CHECKING:
    from isoflop.fit.finetune_curves import FinetuneCurves


def fit(
    path: Path,
    *,
    read: ReadOptions | None = None,
    by: str | None = None,
    resamples: int = 100,
    level: float = 0.9,
    seed: int = 0,
    output: OutputOptions | None = None,
) -> None:
    """Fit the rectified law to each model: E + B/(D_l + D^beta), with intervals and phase.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a fine-tuning run: model, examples, loss.
    by
        Column that names the model; model, base_model or family by default.
    resamples
        Draws behind the intervals; 0 for none.
    level
        Of the intervals.
    seed
        Same input and seed, same bytes.
    """
    from isoflop.cli.finetune.options import load
    from isoflop.core.files import canonical_json
    from isoflop.fit.finetune_curves import fit_finetune

    runs = load(path, read or ReadOptions())
    with progress_on_stderr("fitting") as progress:
        found = fit_finetune(
            runs, by=by, resamples=resamples, level=level, seed=seed, progress=progress
        )
    (output or OutputOptions()).give(canonical_json(found.to_dict()), _text(found))
    for model, why in found.failed.items():
        sys.stderr.write(f"note {model}: {why}\n")


def _text(found: FinetuneCurves) -> str:
    from isoflop.core.quantities import format_count
    from isoflop.show.terminal import table

    rows = []
    for curve in found.curves:
        values, spans = curve.fit.values, curve.fit.intervals
        bend = "below 1" if curve.bend < 1.0 else format_count(curve.bend)
        doubtful = [f"{values[name]:.3g}{_doubt(spans[name])}" for name in ("E", "beta")]
        short = curve.model.rsplit("/", 1)[-1]
        plain = [f"{values[name]:.3g}" for name in ("B", "D_l")]
        rows.append([short, *doubtful, *plain, bend, curve.phase])
    headers = ["model", "E", "beta", "B", "D_l", "bend (examples)", "phase"]
    return table(headers, rows) + "\n"


def _doubt(span: tuple[float, float] | None) -> str:
    return f" ({span[0]:.2g} to {span[1]:.2g})" if span else ""
