"""One hard score from the capabilities that the other benchmarks show."""

from __future__ import annotations

from isoflop.fit.scores.capability import N_COMPONENTS
from isoflop.fit.scores.method import ScoreMethod, Settings
from isoflop.fit.scores.observational import ObservationalFit, fit_observational
from isoflop.fit.scores.table import ScoreTable


def _fit(table: ScoreTable, settings: Settings) -> ObservationalFit:
    assert settings.target is not None
    return fit_observational(
        table,
        settings.target,
        n_components=settings.components or N_COMPONENTS,
        resamples=settings.resamples,
        level=settings.level,
        seed=settings.seed,
    )


METHOD = ScoreMethod(
    name="observational",
    about="a sigmoid of principal components, and a line in log compute for every family",
    source="ruan2024",
    needs_target=True,
    fit=_fit,
    load=ObservationalFit.from_dict,
)
