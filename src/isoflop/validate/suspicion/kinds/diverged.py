"""Runs that blew up: far above the law, or no better than far cheaper runs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.kind import Claim, Kind
from isoflop.validate.suspicion.threshold import too_high

FAR = 0.17  # of ln loss; a rate that is off by ten costs less; assumption


def find(evidence: Evidence) -> Iterator[Claim]:
    excess = evidence.excess
    rows = np.flatnonzero(too_high(evidence) & (excess > FAR))
    if not len(rows):
        return
    yield Claim(
        rows,
        np.full(len(rows), 25.0),
        f"losses are {np.exp(excess[rows].min()):.2g} to {np.exp(excess[rows].max()):.2g} times "
        "the law: no setting that merely is not the best costs so much",
        "look at their curves for spikes; leave them out or run them again at a lower rate",
    )


KIND = Kind("diverged", "W606", "run", "far above the law", find)
