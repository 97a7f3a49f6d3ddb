"""Least step at which a run on few unique tokens begins to overfit, from two fitted laws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.fit.fit import Fit
from isoflop.laws.overfitting import NO_GAP, least_stop_step

INFINITE = 1e300  # tokens; the data term is then below the last digit


@dataclass(frozen=True)
class EarlyStop:
    """A lower bound on the stopping step.

    Attributes
    ----------
    gap : loss the finite data cost, nat/token
    steps : S_min, steps at a batch far above critical; None if no overfitting is expected
    lo, hi : interval at ``level``; None without draws in either fit
    """

    gap: float
    steps: float | None
    lo: float | None
    hi: float | None
    level: float

    def __repr__(self) -> str:
        if self.steps is None:
            return f"No overfitting expected\n  few data cost {self.gap:.2g} nat/token"
        span = "" if self.lo is None else f" ({self.lo:,.0f}, {self.hi:,.0f})"
        return (
            f"Overfits after {self.steps:,.0f} steps{span} or later\n  at S_min, {self.level:.0%}"
        )


def early_stop(joint: Fit, curve: Fit, N: float, D: float) -> EarlyStop:
    """When N parameters on D unique tokens begin to overfit, at the earliest.

    Parameters
    ----------
    joint : fit of kaplan_joint, early-stopped losses on unique tokens.
    curve : fit of kaplan_learning_curve.

    Source
    ------
    kaplan2020 (the form is recalled). Both fits are drawn independently for the interval.
    """
    data = {"N": [N, N], "D": [D, INFINITE]}
    value = joint.predict(data).value
    gap = float(value[0] - value[1])
    if gap < NO_GAP:
        return EarlyStop(gap, None, None, None, joint.level)
    steps = float(least_stop_step(np.asarray(gap), curve.values["S_c"], curve.values["alpha_S"]))
    if not len(joint.draws) and not len(curve.draws):
        return EarlyStop(gap, steps, None, None, joint.level)
    n = max(len(joint.draws), len(curve.draws))
    losses = np.resize(joint.predict_draws(data), (n, 2))
    names = curve.law.parameter_names
    sets = np.resize(curve.ensemble(), (n, len(names)))
    gaps = np.maximum(losses[:, 0] - losses[:, 1], np.finfo(float).tiny)
    drawn = least_stop_step(gaps, sets[:, names.index("S_c")], sets[:, names.index("alpha_S")])
    tail = 50.0 * (1.0 - joint.level)
    lo, hi = np.percentile(drawn, [tail, 100.0 - tail])
    return EarlyStop(gap, steps, float(lo), float(hi), joint.level)
