"""Latent skills from size, tokens and family."""

from __future__ import annotations

from isoflop.fit.scores.method import ScoreMethod, Settings
from isoflop.fit.scores.sloth import SlothFit, fit_sloth
from isoflop.fit.scores.table import ScoreTable

SKILLS = 3  # assumption: one for each of the components that hold 97% of the variance of ruan2024


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
