"""Lower envelope: the run with the least loss in each compute bin, then lines in logs."""

from __future__ import annotations

import numpy as np

from isoflop.core.errors import FitError
from isoflop.core.explain import Finding
from isoflop.fit.allocation.estimator import Allocation, Estimator, Points, power_law

BINS_PER_DECADE = 4  # assumption: final runs only, so bins are wider than hoffmann2022's 1500


def estimate(points: Points) -> Allocation:
    """Winners of log-spaced compute bins that improve on all cheaper winners.

    Raises
    ------
    FitError
        E330 when fewer than three runs are on the envelope.
    """
    bins = np.floor(np.log10(points.C) * BINS_PER_DECADE).astype(int)
    winners: list[int] = []
    rivals: list[int] = []
    for label in np.unique(bins):
        members = np.flatnonzero(bins == label)
        best = int(members[np.argmin(points.loss[members])])
        if not winners or points.loss[best] < points.loss[winners[-1]]:
            winners.append(best)
            rivals.append(len(members))
    if len(winners) < 3:
        raise FitError(
            f"Only {len(winners)} runs are on the lower envelope.",
            where=f"{len(points.N)} runs in {len(np.unique(bins))} compute bins",
            matters="a power law through so few winners is arbitrary.",
            do="add runs over more compute, or use the parametric estimator.",
            code="E330",
        )
    chosen = points.take(np.array(winners))
    text = (
        "the minimum over noisy runs is biased low, more where more runs compete (L11): "
        f"{len(winners)} winners of bins of {min(rivals)} to {max(rivals)} runs."
    )
    return Allocation(
        "envelope",
        power_law(chosen.C, chosen.N),
        power_law(chosen.C, chosen.D),
        chosen.C,
        chosen.N,
        chosen.D,
        chosen.loss,
        (Finding("W332", text),),
    )


ESTIMATOR = Estimator(
    "envelope", "least loss per compute bin (approach 1)", "hoffmann2022", estimate
)
