"""Last value: nothing improves beyond the largest run."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.validate.baseline import Baseline, Case


def forecast(case: Case) -> dict[str, FloatArray]:
    """The target of the training run with the most compute (mean where several share it)."""
    largest = case.observed[case.scale >= case.scale.max()]
    return {"last value": np.full(len(case.scale_test), float(np.mean(largest)))}


BASELINE = Baseline("last value", "the run with the most compute", forecast)
