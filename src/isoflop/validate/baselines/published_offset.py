"""Published constants: each law as printed, shifted to the training runs by one number."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.runs import Runs
from isoflop.laws.law import Law
from isoflop.validate.baseline import Baseline, Case


def forecast(case: Case) -> dict[str, FloatArray]:
    """The first published set of every law that has one, plus the median offset in training.

    Left out where it forecasts a loss below zero: constants of other sizes and texts mean nothing
    there.
    """
    found = {}
    for law in case.laws:
        usable = [item for item in law.published if not item.example]
        if usable and law.scale == "log":
            published = usable[0]
            seen = law.predict(_inputs(case, law, case.training), published.values)
            asked = law.predict(_inputs(case, law, case.test), published.values)
            offset = float(np.median(case.observed - seen))
            if (asked + offset > 0.0).all():
                found[f"{law.name}@{published.name} + offset"] = asked + offset
    return found


def _inputs(case: Case, law: Law, runs: Runs) -> dict[str, FloatArray]:
    return {s: runs.values(case.axes.get(s, law.axis(s).column)) for s in law.inputs}


BASELINE = Baseline(
    "published + offset", "published constants and a fitted offset", forecast, is_naive=False
)
