"""All scores of a model from the few that are known."""

from __future__ import annotations

from isoflop.fit.scores.collaborative import CollaborativeFit, fit_collaborative
from isoflop.fit.scores.method import ScoreMethod, Settings
from isoflop.fit.scores.table import ScoreTable


def _fit(table: ScoreTable, settings: Settings) -> CollaborativeFit:
    return fit_collaborative(
        table,
        k=settings.components,
        resamples=settings.resamples,
        level=settings.level,
        seed=settings.seed,
        progress=settings.progress,
    )


METHOD = ScoreMethod(
    name="collaborative",
    about="factors of models and benchmarks, in logits",
    source="cpp2024",
    needs_target=False,
    fit=_fit,
    load=CollaborativeFit.from_dict,
)
