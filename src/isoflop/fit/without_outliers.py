"""The same fit without the runs its diagnosis names: what do a few sick runs decide?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from isoflop.core.runs import Runs
from isoflop.fit.checks.outliers import outlying
from isoflop.fit.checks.starved import starved
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law


def without_outliers(
    runs: Runs, fit: Fit, progress: Callable[[int, int], None] | None = None
) -> Fit | None:
    """Refit without the outlying and the starved runs; None when there are none."""
    sick = set(outlying(fit.residuals, fit.noise).tolist())
    sick |= set(starved(fit.inputs_of(runs)).tolist())
    if not sick:
        return None
    kept = np.array([i not in sick for i in range(len(runs))])
    rows = ", ".join(str(row) for row in runs.rows[~kept])
    healthy = runs.take(kept).noted(f"left out rows {rows} named by W304 or W309")
    return fit_law(
        healthy,
        fit.law,
        axes=fit.axes,
        target=fit.target,
        objective=fit.objective,
        fixed={name: fit.values[name] for name in fit.fixed},
        resamples=len(fit.draws),
        level=fit.level,
        seed=fit.seed,
        progress=progress,
    )
