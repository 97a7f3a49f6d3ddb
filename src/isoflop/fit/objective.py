"""What a fit minimises: a sum over runs of a loss of the residual, with its exact derivatives.

Sums, never means: an averaged Huber loss is so small near the optimum that default tolerances stop
the search early, the cause of the wrong published coefficients found by besiroglu2024.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError, unknown_name

ObjectiveName = Literal["huber_log", "squared_log", "huber", "squared"]

OBJECTIVES: tuple[ObjectiveName, ...] = get_args(ObjectiveName)

HUBER_DELTA = 1e-3  # hoffmann2022: on residuals of log loss
HUBER_DELTA_LEVEL = 0.02  # ye2024: on residuals of the loss itself


@dataclass(frozen=True)
class Curvature:
    """Derivatives of the summands in the prediction f.

    Attributes
    ----------
    first, second : d rho/d f and d2 rho/d f2, (n_sets, n_runs)
    majorant : positive curvature of a quadratic bound on rho, (n_sets, n_runs)
    """

    first: FloatArray
    second: FloatArray
    majorant: FloatArray


@dataclass(frozen=True)
class Objective:
    """A named loss of the residual.

    Parameters
    ----------
    name : ``huber_log`` (Huber of log f - log y, the field's default), ``squared_log``
        (half the squared log residual), ``huber`` or ``squared`` (the same in levels).
    delta : where Huber turns from quadratic to linear, in the unit of its residual.
    """

    name: ObjectiveName = "huber_log"
    delta: float = HUBER_DELTA

    def __post_init__(self) -> None:
        if self.name not in OBJECTIVES:
            raise unknown_name("objective", self.name, OBJECTIVES, "isoflop fit --help")
        if not self.delta > 0.0:
            raise UsageError(
                f"The Huber delta must be positive, not {self.delta:g}.",
                where="delta",
                matters="delta separates small residuals from outliers.",
                do=f"use {HUBER_DELTA:g} (the field's default) or another positive number.",
                code="E301",
            )

    @property
    def on_logs(self) -> bool:
        """Whether residuals are differences of logs."""
        return self.name.endswith("_log")

    @property
    def is_huber(self) -> bool:
        """Whether large residuals count linearly."""
        return self.name.startswith("huber")

    def residual(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        """Prediction minus target, in logs where the objective is."""
        if not self.on_logs:
            return np.asarray(prediction - target)
        return np.asarray(np.log(prediction) - np.log(target))

    def rho(self, residual: FloatArray) -> FloatArray:
        """The summand, elementwise."""
        if not self.is_huber:
            return np.asarray(0.5 * residual**2)
        size = np.abs(residual)
        clipped = np.minimum(size, self.delta)
        return np.asarray(clipped * (size - 0.5 * clipped))

    def total(self, prediction: FloatArray, target: FloatArray, weights: FloatArray) -> FloatArray:
        """Weighted sum over runs: (n_sets,); infinite where a prediction is not positive."""
        with np.errstate(invalid="ignore", divide="ignore"):
            summed = np.einsum(
                "bn,bn->b",
                np.broadcast_to(weights, prediction.shape),
                self.rho(self.residual(prediction, target)),
            )
        return np.where(np.isfinite(summed), summed, np.inf)

    def curvature(self, prediction: FloatArray, target: FloatArray) -> Curvature:
        """Derivatives of every summand in the prediction."""
        residual = self.residual(prediction, target)
        slope, bend, bound = residual, np.ones_like(residual), np.ones_like(residual)
        if self.is_huber:
            slope = np.clip(residual, -self.delta, self.delta)
            size = np.abs(residual)
            bend = (size <= self.delta).astype(float)
            bound = self.delta / np.maximum(size, self.delta)
        if not self.on_logs:
            return Curvature(slope, bend, bound)
        inverse = 1.0 / prediction
        first = slope * inverse
        square = inverse * inverse
        return Curvature(first, (bend - slope) * square, np.asarray(bound * square))
