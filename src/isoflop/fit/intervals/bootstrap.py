"""Case or cluster bootstrap: intervals are quantiles of the re-solved resamples."""

from __future__ import annotations

from isoflop.fit.intervals.method import Intervals
from isoflop.fit.re_solve import re_solved

INTERVALS = Intervals(
    "bootstrap",
    "re-solve resampled runs; clusters where rows share a run",
    re_solved,
    resamples=True,
)
