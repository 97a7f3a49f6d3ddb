"""Residuals of a curve law on several runs at once, in the coordinates a search moves in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.curve_fit.loss_curve import LossCurve
from isoflop.laws.curve_law import CurveLaw
from isoflop.laws.parameter import Parameter

_LEAST = 1e-6  # of the loss: where a trial predicts less, its log is taken here


@dataclass(frozen=True, eq=False)
class CurveProblem:
    """A law, the curves it is fitted to, and the parameters that are held.

    Attributes
    ----------
    counts : how often each curve counts, (n_curves,).
    """

    law: CurveLaw
    curves: tuple[LossCurve, ...]
    fixed: Mapping[str, float]
    log_losses: FloatArray
    counts: FloatArray

    @classmethod
    def of(
        cls, law: CurveLaw, curves: Sequence[LossCurve], fixed: Mapping[str, float]
    ) -> CurveProblem:
        """The problem as the data are."""
        logs = np.log(np.concatenate([curve.losses for curve in curves]))
        return cls(law, tuple(curves), dict(fixed), logs, np.ones(len(curves)))

    @cached_property
    def free(self) -> tuple[Parameter, ...]:
        """Parameters that are searched."""
        return tuple(item for item in self.law.parameters if item.name not in self.fixed)

    @cached_property
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Of the coordinates, (n_free,) each."""
        ends = np.array(
            [sorted((self._to(item, item.low), self._to(item, item.high))) for item in self.free]
        ).reshape(-1, 2)
        return ends[:, 0], ends[:, 1]

    def coordinates(self, values: Mapping[str, float]) -> FloatArray:
        """Where values lie, (n_free,), inside the bounds."""
        low, high = self.bounds
        at = [self._to(p, float(np.clip(values[p.name], p.low, p.high))) for p in self.free]
        return np.asarray(np.clip(at, low, high))

    def values(self, coordinates: FloatArray) -> dict[str, float]:
        """Every parameter, held ones included, in the order of the law."""
        moved = {
            item.name: self._from(item, float(x))
            for item, x in zip(self.free, coordinates, strict=True)
        }
        return {name: (moved | dict(self.fixed))[name] for name in self.law.parameter_names}

    def log_predictions(self, values: Mapping[str, float]) -> FloatArray:
        """Log of the predicted losses, all curves one after the other."""
        parts = [self.law.formula(curve.course, values) for curve in self.curves]
        floors = np.exp(self.log_losses) * _LEAST
        return np.log(np.maximum(np.concatenate(parts), floors))

    def residuals(self, coordinates: FloatArray) -> FloatArray:
        """Log prediction less log loss."""
        return self.log_predictions(self.values(coordinates)) - self.log_losses

    def jacobian(self, coordinates: FloatArray) -> FloatArray:
        """Exact derivatives of the residuals, (n, n_free)."""
        values = self.values(coordinates)
        predicted = np.exp(self.log_predictions(values))
        slopes = [self.law.gradient(curve.course, values) for curve in self.curves]
        columns = [
            np.concatenate([slope[item.name] for slope in slopes])
            * self._speed(item, values[item.name])
            / predicted
            for item in self.free
        ]
        return np.stack(columns, axis=1)

    @cached_property
    def weights(self) -> FloatArray:
        """How often each point counts, (n,)."""
        return np.repeat(self.counts, [len(curve.losses) for curve in self.curves])

    def _to(self, item: Parameter, value: float) -> float:
        if item.name in self.law.near_one:
            return float(np.log1p(-value))
        return float(np.log(value)) if item.is_scale else value

    def _from(self, item: Parameter, at: float) -> float:
        if item.name in self.law.near_one:
            return float(-np.expm1(at))
        return float(np.exp(at)) if item.is_scale else at

    def _speed(self, item: Parameter, value: float) -> float:
        """Derivative of the parameter in its coordinate."""
        if item.name in self.law.near_one:
            return value - 1.0
        return value if item.is_scale else 1.0
