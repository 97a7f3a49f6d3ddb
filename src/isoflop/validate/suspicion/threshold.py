"""How far above the law a run must lie before chance is out of the question."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import BoolArray
from isoflop.validate.suspicion.evidence import Evidence

CHANCE = 0.004  # probability that any run of a healthy table is called; tuned on simulated studies
LEAST = 0.012  # of ln loss: a smaller excess decides nothing


def too_high(evidence: Evidence) -> BoolArray:
    """Open rows whose loss no noise explains, (n_runs,)."""
    from scipy.stats import t

    n = max(int(evidence.open.sum()), 1)
    freedom = max(int(evidence.surface.accepted.sum()) - 6, 3)
    limit = float(t.isf(CHANCE / n, freedom))
    with np.errstate(invalid="ignore"):
        return np.asarray(evidence.open & (evidence.score > limit) & (evidence.excess > LEAST))
