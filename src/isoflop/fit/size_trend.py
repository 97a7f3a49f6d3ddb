"""Whether a fine-tuning task has a law in model size: a weighted line in logs (ivgi2022)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import DataError

LEAST_R2 = 0.95  # ivgi2022 entry, recalled
LEVEL = 0.95  # of the interval the next size must fall into; recalled


@dataclass(frozen=True)
class SizeTrend:
    """Line ln y = ln A - alpha ln N through the means of the sizes.

    Attributes
    ----------
    r2 : weighted, of the held-in sizes
    interval : of y at the next size
    has_law : the line is straight enough and the next size falls into its interval; None where no
        next size was measured
    is_unconverged : the next size lies above the interval, a sign that its run has not converged
    """

    A: float
    alpha: float
    r2: float
    forecast: float
    interval: tuple[float, float]
    measured: float | None
    has_law: bool | None
    is_unconverged: bool


def size_trend(
    N: FloatArray, y: FloatArray, next_size: float, measured: float | None = None
) -> SizeTrend:
    """Fit the means of each size, weighted by their precision, and judge the next size.

    Parameters
    ----------
    N, y : (n_runs,) sizes and metric (loss or error, lower is better), several seeds a size.
    next_size : parameters of the size to forecast; not in N.
    measured : its metric where it is known.

    Raises
    ------
    DataError
        E559 with fewer than three sizes.
    """
    sizes, where = np.unique(N, return_inverse=True)
    if len(sizes) < 3:
        raise DataError(
            f"{len(sizes)} sizes cannot show a trend.",
            where=f"{len(N)} runs",
            matters="two sizes always lie on a line.",
            do="fine-tune models of three sizes or more, five seeds each.",
            code="E559",
        )
    x, mean, variance = np.log(sizes), *_means(np.log(y), where.astype(np.int64), len(sizes))
    weights = 1.0 / variance
    design = np.column_stack([np.ones(len(x)), x])
    normal = design.T @ (design * weights[:, None])
    line = np.asarray(np.linalg.solve(normal, design.T @ (weights * mean)), dtype=np.float64)
    rest = mean - design @ line
    centre = float(np.average(mean, weights=weights))
    r2 = 1.0 - float(weights @ rest**2) / float(weights @ (mean - centre) ** 2)
    at = np.array([1.0, np.log(next_size)])
    lo, middle, hi = _interval(at, line, normal, weights, rest, variance)
    inside = None if measured is None else bool(lo <= measured <= hi)
    return SizeTrend(
        A=float(np.exp(line[0])),
        alpha=-float(line[1]),
        r2=r2,
        forecast=middle,
        interval=(lo, hi),
        measured=measured,
        has_law=None if inside is None else inside and r2 >= LEAST_R2,
        is_unconverged=measured is not None and measured > hi,
    )


def _means(logs: FloatArray, index: IntArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Mean of each size and the variance of that mean; a lone seed takes the pooled variance."""
    count = np.bincount(index, minlength=n)
    mean = np.bincount(index, weights=logs, minlength=n) / count
    squares = np.bincount(index, weights=(logs - mean[index]) ** 2, minlength=n)
    spare = int((count - 1).sum())
    pooled = float(squares.sum()) / spare if spare else 1.0
    own = np.where(count > 1, squares / np.maximum(count - 1, 1), pooled)
    least = max(pooled, 1e-12) * 1e-2  # assumption: seeds that agree by chance do not rule the line
    return mean, np.maximum(own, least) / count


def _interval(
    at: FloatArray,
    line: FloatArray,
    normal: FloatArray,
    weights: FloatArray,
    rest: FloatArray,
    variance: FloatArray,
) -> tuple[float, float, float]:
    """Prediction interval of one further size, Student t with the freedom of the line."""
    from scipy.stats import t

    freedom = len(rest) - 2
    scale = float(weights @ rest**2) / freedom
    spread = scale * (float(at @ np.linalg.solve(normal, at)) + float(np.median(variance)))
    middle = float(at @ line)
    half = float(t.ppf(0.5 + LEVEL / 2.0, freedom)) * np.sqrt(spread)
    return float(np.exp(middle - half)), float(np.exp(middle)), float(np.exp(middle + half))
