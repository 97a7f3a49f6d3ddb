"""Forecasts of held-out runs, and the numbers that say how good they were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Forecast:
    """One law (or baseline) fitted below one threshold, and what it said about the rest.

    Attributes
    ----------
    rows : data row of each held-out run, (n_test,)
    reach : factor beyond the largest training value of the split's quantity, (n_test,)
    intervals : {level: (low, high)}; empty for baselines
    floor : loss that no scale removes, in this fit; None if the law has none
    factors : {symbol: largest held-out over largest training value}
    in_sample : root mean square of the training residuals, in logs
    extrapolation : log error per e-fold of reach; None for baselines
    horizon : factor up to which the error is expected to stay below the tolerance
    """

    name: str
    threshold: float
    rows: IntArray
    observed: FloatArray
    predicted: FloatArray
    reach: FloatArray
    n_training: int
    intervals: Mapping[float, tuple[FloatArray, FloatArray]] = field(default_factory=dict)
    floor: float | None = None
    factors: Mapping[str, float] = field(default_factory=dict)
    in_sample: float | None = None
    extrapolation: float | None = None
    horizon: float | None = None

    @property
    def relative_error(self) -> FloatArray:
        """Signed: (predicted - observed) / observed, (n_test,)."""
        return (self.predicted - self.observed) / self.observed

    @property
    def absolute_error(self) -> FloatArray:
        """Absolute relative error (ARE), (n_test,)."""
        return np.abs(self.relative_error)


@dataclass(frozen=True)
class Score:
    """How good forecasts were; errors and widths are fractions of the observed value.

    Attributes
    ----------
    are_mean, are_max : absolute relative error over held-out runs
    bias : mean signed relative error; positive means forecasts were too high
    rmsle : root mean square error in logs
    reducible_are : error relative to what scale can still remove (M03); None without a floor
    coverage, width, interval_score : by level; width and score in logs
    n_test : forecasts scored; a run held out at two thresholds counts twice
    n_training : runs of the largest fit behind the forecasts
    factors : largest extrapolation in N, D, C
    """

    are_mean: float
    are_max: float
    bias: float
    rmsle: float
    n_test: int
    n_training: int
    reducible_are: float | None = None
    coverage: Mapping[float, float] = field(default_factory=dict)
    width: Mapping[float, float] = field(default_factory=dict)
    interval_score: Mapping[float, float] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)
    in_sample: float | None = None
    extrapolation: float | None = None

    def to_dict(self) -> dict[str, object]:
        """Plain fields, levels as text."""
        return {
            "are_mean": self.are_mean,
            "are_max": self.are_max,
            "bias": self.bias,
            "rmsle": self.rmsle,
            "reducible_are": self.reducible_are,
            "coverage": _by_level(self.coverage),
            "width": _by_level(self.width),
            "interval_score": _by_level(self.interval_score),
            "extrapolation_factor": dict(self.factors),
            "in_sample_rmse": self.in_sample,
            "log_error_per_efold": self.extrapolation,
            "n_test": self.n_test,
            "n_training": self.n_training,
        }


def score(forecasts: Sequence[Forecast]) -> Score:
    """The forecasts of one law pooled over its thresholds.

    Example
    -------
    >>> import numpy as np
    >>> one = Forecast("x", 1.0, np.array([1, 2]), np.array([2.0, 2.1]), np.array([2.1, 2.1]),
    ...                np.array([2.0, 3.0]), 5, floor=1.8)
    >>> round(score([one]).are_mean, 4), round(score([one]).reducible_are, 4)
    (0.025, 0.25)
    """
    error = np.concatenate([item.relative_error for item in forecasts])
    log_error = np.concatenate([np.log(item.predicted / item.observed) for item in forecasts])
    levels = list(forecasts[0].intervals)
    symbols = dict.fromkeys(symbol for item in forecasts for symbol in item.factors)
    return Score(
        are_mean=float(np.mean(np.abs(error))),
        are_max=float(np.max(np.abs(error))),
        bias=float(np.mean(error)),
        rmsle=float(np.sqrt(np.mean(log_error**2))),
        n_test=len(error),
        n_training=max(item.n_training for item in forecasts),
        reducible_are=_reducible(forecasts),
        coverage={level: _mean(forecasts, level, _covered) for level in levels},
        width={level: _mean(forecasts, level, _width) for level in levels},
        interval_score={level: _mean(forecasts, level, _interval_score) for level in levels},
        factors={s: max(item.factors.get(s, 0.0) for item in forecasts) for s in symbols},
        in_sample=_largest(item.in_sample for item in forecasts),
        extrapolation=_largest(item.extrapolation for item in forecasts),
    )


def _mean(
    forecasts: Sequence[Forecast], level: float, measure: Callable[[Forecast, float], FloatArray]
) -> float:
    return float(np.mean(np.concatenate([measure(item, level) for item in forecasts])))


def _covered(item: Forecast, level: float) -> FloatArray:
    low, high = item.intervals[level]
    return ((item.observed >= low) & (item.observed <= high)).astype(float)


def _width(item: Forecast, level: float) -> FloatArray:
    low, high = item.intervals[level]
    return np.log(high / low)


def _interval_score(item: Forecast, level: float) -> FloatArray:
    """Gneiting and Raftery 2007, of log values: width plus a fine for every miss."""
    low, high = item.intervals[level]
    below = np.maximum(np.log(low / item.observed), 0.0)
    above = np.maximum(np.log(item.observed / high), 0.0)
    return np.log(high / low) + 2.0 / (1.0 - level) * (below + above)


def _reducible(forecasts: Sequence[Forecast]) -> float | None:
    """Mean of |L_hat - L| / (L - E_hat) over runs above the fitted floor."""
    parts = []
    for item in forecasts:
        if item.floor is not None:
            room = item.observed - item.floor
            above = room > 0
            parts.append(np.abs(item.predicted - item.observed)[above] / room[above])
    values = np.concatenate(parts) if parts else np.empty(0)
    return float(np.mean(values)) if len(values) else None


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _by_level(values: Mapping[float, float]) -> dict[str, float]:
    return {f"{level:g}": value for level, value in values.items()}
