"""Profile likelihood: intervals of the parameters one by one; forecasts by the bootstrap.

A profile says nothing of how parameters move together, so that forecasts rest on resamples.
"""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.fit.intervals.method import Intervals, Request
from isoflop.fit.profile import profile
from isoflop.fit.re_solve import re_solved


def spans(request: Request) -> Mapping[str, tuple[float, float]]:
    """Likelihood-ratio interval of every free parameter."""
    return profile(
        request.problem,
        request.coordinates,
        request.weights,
        level=request.level,
        progress=request.progress,
    )


INTERVALS = Intervals(
    "profile",
    "how far one parameter can move while the others are re-fitted",
    re_solved,
    spans,
    resamples=True,
)
