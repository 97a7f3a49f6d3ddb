"""The distillation law in its two steps: supervised runs first, then students with that frozen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective

HUBER = 1e-4  # busbridge2025: of ln L
SHARPNESS = 522.6  # busbridge2025: c1, a flat direction that no resample moved


@dataclass(frozen=True)
class DistillationFit:
    """Both steps: losses without a teacher, and losses with one."""

    supervised: Fit
    student: Fit


def fit_distillation(
    supervised: Runs,
    distilled: Runs,
    *,
    c1: float = SHARPNESS,
    resamples: int = 200,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> DistillationFit:
    """Fit the supervised law, hold it, and fit the student law.

    Parameters
    ----------
    supervised : runs without a teacher: params, tokens, loss.
    distilled : runs with one: params, tokens, teacher_loss, loss; on the same text and tokenizer.
    c1 : held; the data hardly determine it.
    resamples : draws of each step; those of the student know nothing of the doubt of the first.

    Raises
    ------
    FitError
        As ``fit_law``: E302 with too few runs, E303 if an input never varies.
    """
    objective = Objective("huber_log", HUBER)
    first = fit_law(
        supervised,
        "distillation_supervised",
        objective=objective,
        resamples=resamples,
        seed=seed,
        progress=progress,
    )
    held = {f"{name}_s": value for name, value in first.values.items()}
    second = fit_law(
        distilled,
        "distillation_student",
        objective=objective,
        fixed={**held, "c1": c1},
        resamples=resamples,
        seed=seed,
        progress=progress,
    )
    return DistillationFit(first, second)
