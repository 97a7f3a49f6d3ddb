"""Runs at one place of an axis that differ in more than noise."""

from __future__ import annotations

import numpy as np

from isoflop.core.explain import Finding
from isoflop.core.quantities import column_of
from isoflop.core.runs import Runs
from isoflop.validate.trends.series import SAME, series_from

OTHERS = ("params", "tokens", "flops")


def mixed_findings(runs: Runs, axis: str) -> tuple[Finding, ...]:
    """Sizes, tokens or compute that vary where the axis does not (W598).

    Such runs are no repeats: what they differ by is taken for noise and hides a trend.
    """
    x = runs.values(axis)
    place = series_from(axis, "", x, x, falls=True, relative=True).place
    order = np.argsort(x, kind="stable")
    varying = [
        name
        for name in OTHERS
        if name != column_of(axis)
        and runs.has(name)
        and (runs.values(name) > 0).all()
        and _varies(np.log(runs.values(name)[order]), place)
    ]
    if not varying:
        return ()
    text = f"runs at one value of {axis} differ in {' and '.join(varying)}, which is no noise."
    return (Finding("W598", text),)


def _varies(logs: np.ndarray, place: np.ndarray) -> bool:
    return any(float(np.ptp(logs[place == i])) > SAME for i in range(int(place[-1]) + 1))
