"""``isoflop scores predict``: scores of models from a saved fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from isoflop.cli.options import OutputOptions, ReadOptions, Repeated
from isoflop.cli.scores.options import ScoreColumns

if TYPE_CHECKING:
    from isoflop.fit.scores.forecast import ScoreForecast


def predict(
    fit: Path,
    path: Path | None = None,
    *,
    at: Annotated[tuple[str, ...], Repeated] = (),
    read: ReadOptions | None = None,
    columns: ScoreColumns | None = None,
    level: float | None = None,
    output: OutputOptions | None = None,
) -> None:
    """Forecast scores of the models of a table, or of one model described with --at.

    Parameters
    ----------
    fit
        Saved by isoflop scores fit --out.
    path
        Table of models, read as isoflop scores fit reads it.
    at
        One model: family=Llama-3,N=70B,D=15T or its known scores, acc_mmlu=0.7,acc_gsm8k=0.5.
    level
        Of the intervals; that of the fit by default.
    """
    from isoflop.cli.options import assignments
    from isoflop.cli.scores.options import load
    from isoflop.core.errors import UsageError
    from isoflop.core.files import canonical_json
    from isoflop.fit.scores.describe import described
    from isoflop.fit.scores.method import load_scores

    if (path is None) == (not at):
        raise UsageError(
            "Give a table of models, or one model with --at.",
            where="--at",
            matters="nothing was computed.",
            do="isoflop scores predict FIT TABLE, or --at family=NAME,N=7B,D=2T",
        )
    found = load_scores(fit)
    if path is None:
        models = described(assignments(at, "--at"), found.starts_from)
    else:
        models = load(path, read or ReadOptions(), columns or ScoreColumns())
    forecast = found.forecast(models, level)
    (output or OutputOptions()).give(canonical_json(forecast.to_dict()), _text(forecast))


def _text(forecast: ScoreForecast) -> str:
    from isoflop.show.terminal import table

    rows = []
    for i, model in enumerate(forecast.models):
        for j, benchmark in enumerate(forecast.benchmarks):
            doubt = ""
            if forecast.lo is not None and forecast.hi is not None:
                doubt = f"{forecast.lo[i, j]:.3f} to {forecast.hi[i, j]:.3f}"
            rows.append([model, benchmark, f"{forecast.value[i, j]:.3f}", doubt])
    return table(["model", "score", "forecast", f"{forecast.level:.0%} interval"], rows) + "\n"
