"""Nearest run: every forecast is the most similar run seen."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.runs import Runs
from isoflop.validate.baseline import Baseline, Case


def forecast(case: Case) -> dict[str, FloatArray]:
    """The target of the training run nearest in log size and log tokens, else in log compute."""
    seen = _place(case.training, case.scale)
    asked = _place(case.test, case.scale_test)
    distance = np.sum((asked[:, None, :] - seen[None, :, :]) ** 2, axis=2)
    return {"nearest run": case.observed[np.argmin(distance, axis=1)]}


def _place(runs: Runs, scale: FloatArray) -> FloatArray:
    both = runs.has("params") and runs.has("tokens")
    columns = [runs.values("params"), runs.values("tokens")] if both else [scale]
    return np.log(np.stack(columns, axis=1))


BASELINE = Baseline("nearest run", "the most similar run in log size and log tokens", forecast)
