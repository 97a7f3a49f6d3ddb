"""What a curve law says of a run: losses along a course, or its errors where losses are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.explain import Finding
from isoflop.fit.curve_fit.loss_curve import LossCurve
from isoflop.laws.curve_law import CurveLaw

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class CurvePrediction:
    """Losses at steps of a course, (n,) each; ``low`` and ``high`` are None without draws.

    Attributes
    ----------
    notes : where the schedule leaves the evidence.
    """

    steps: IntArray
    rates: FloatArray
    loss: FloatArray
    low: FloatArray | None
    high: FloatArray | None
    level: float
    notes: tuple[Finding, ...] = ()

    def table(self) -> pl.DataFrame:
        """One row a step: step, lr, loss, lo, hi."""
        import polars as pl

        columns = {"step": self.steps, "lr": self.rates, "loss": self.loss}
        if self.low is not None and self.high is not None:
            columns |= {"lo": self.low, "hi": self.high}
        return pl.DataFrame(columns)


@dataclass(frozen=True)
class RunError:
    """How well the losses of one run are met; errors are relative, predicted over observed."""

    run_id: str
    points: int
    mean: float
    worst: float
    last: float

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "run_id": self.run_id,
            "points": self.points,
            "mean_abs_error": self.mean,
            "worst_abs_error": self.worst,
            "last_error": self.last,
        }


def run_error(law: CurveLaw, values: Mapping[str, float], curve: LossCurve) -> RunError:
    """Relative errors of a law on one run, at its logged steps."""
    error = law.losses(curve.course, values) / curve.losses - 1.0
    size = np.abs(error)
    return RunError(
        curve.run_id, len(error), float(size.mean()), float(size.max()), float(error[-1])
    )
