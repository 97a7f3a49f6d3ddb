"""Fits one curve of steps by batch and the interval of its critical batch by profile likelihood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError
from isoflop.fit.critical.method import Method, Study

BEYOND = 1e3  # assumption: critical batches are sought this far beyond the batches tried
GRID = 481  # about 6% apart over eight decades; the best and the ends are refined
HUGE = 1e300  # in place of infinity, which a bounded search cannot take


@dataclass(frozen=True)
class CriticalBatch:
    """A critical batch, in tokens.

    Attributes
    ----------
    value : None where steps fall as one over the batch up to the largest tried.
    lo, hi : interval by profile likelihood; None where it is open.
    steps_min : fewest steps at any batch.
    tokens_min : tokens at a vanishing batch; None if the curve has no such limit.
    scatter : standard deviation of ln steps about the curve.
    """

    method: Method
    study: Study
    value: float | None
    lo: float | None
    hi: float | None
    level: float
    shape: float
    scale: float
    steps_min: float
    tokens_min: float | None
    scatter: float
    searched: tuple[float, float]

    def steps(self, batch: FloatArray) -> FloatArray:
        """Steps at given batches, (n,) -> (n,)."""
        at = np.array([[self.searched[1] if self.value is None else self.value]])
        linear = self.study.linear_batch
        return np.asarray(
            self.scale * self.method.relative(batch, at, np.array(self.shape), linear)[0]
        )


def fit_critical(method: Method, study: Study, *, level: float = 0.9) -> CriticalBatch:
    """Least squares of ln steps; the scale, then the shape, are projected out.

    Raises
    ------
    FitError
        E530 with fewer batches than the curve has free numbers, plus one.
    """
    spare = len(study.batch) - method.n_free
    if spare < 1:
        raise FitError(
            f"{len(study.batch)} batches cannot give the critical batch by '{method.name}'.",
            where=f"batches {', '.join(f'{b:,.0f}' for b in study.batch)} tokens",
            matters=f"the curve has {method.n_free} free numbers; one batch more shows misfit.",
            do="train to the same loss at more batches, at least 4 over a factor 30.",
            code="E530",
        )
    profile = _Profile(method, study)
    low, high = profile.low, profile.high
    grid = np.linspace(np.log(low), np.log(high), GRID)
    heights = profile.heights(grid)
    at = int(np.argmin(heights))
    best = _refined(profile, grid, at)
    limit = profile(best) * (1.0 + _quantile(level, spare) / spare)
    lo, hi = (_end(profile, grid, heights, best, limit, side) for side in (-1, 1))
    shape, scale = profile.at(best)
    critical = float(np.exp(best))
    return CriticalBatch(
        method=method,
        study=study,
        value=None if at == GRID - 1 else critical,
        lo=lo,
        hi=hi,
        level=level,
        shape=shape,
        scale=scale,
        steps_min=scale * method.floor(critical, shape, study.linear_batch),
        tokens_min=scale * critical if method.lowest is None else None,
        scatter=float(np.sqrt(profile(best) / spare)),
        searched=(low, high),
    )


class _Profile:
    """Sum of squares of ln steps at the best scale and shape, by ln of the critical batch."""

    def __init__(self, method: Method, study: Study) -> None:
        self.method, self.study = method, study
        self.log_steps = np.log(study.steps)
        lowest = method.lowest(study.linear_batch) * 1.001 if method.lowest else 0.0
        self.low = max(float(study.batch.min()) / BEYOND, lowest)
        self.high = float(study.batch.max()) * BEYOND

    def __call__(self, log_critical: float) -> float:
        return self._best(log_critical)[1]

    def heights(self, grid: FloatArray) -> FloatArray:
        """On a grid, with shapes of the grid only: (n,) -> (n,)."""
        return np.asarray(self._squares(grid[:, None], self.method.shapes[None, :]).min(axis=1))

    def at(self, log_critical: float) -> tuple[float, float]:
        """The best shape and scale."""
        shape = self._best(log_critical)[0]
        level = self._residuals(np.array(log_critical), np.array(shape)).mean()
        return shape, float(np.exp(level))

    def _best(self, log_critical: float) -> tuple[float, float]:
        shapes = self.method.shapes
        heights = self._squares(np.full(len(shapes), log_critical), shapes)
        at = int(np.argmin(heights))
        if len(shapes) == 1 or not np.isfinite(heights[at]):
            return float(shapes[at]), float(heights[at])
        from scipy.optimize import minimize_scalar

        here = np.array(log_critical)
        found = minimize_scalar(
            lambda shape: min(float(self._squares(here, np.array(shape))), HUGE),
            bounds=(shapes[max(at - 1, 0)], shapes[min(at + 1, len(shapes) - 1)]),
            method="bounded",
            options={"xatol": 1e-9},
        )
        if float(found.fun) < heights[at]:
            return float(found.x), float(found.fun)
        return float(shapes[at]), float(heights[at])

    def _squares(self, log_critical: FloatArray, shape: FloatArray) -> FloatArray:
        residuals = self._residuals(log_critical, shape)
        centred = residuals - residuals.mean(axis=-1, keepdims=True)
        return np.asarray(np.nan_to_num(np.sum(centred**2, axis=-1), nan=np.inf))

    def _residuals(self, log_critical: FloatArray, shape: FloatArray) -> FloatArray:
        critical, shape = np.exp(log_critical)[..., None], shape[..., None]
        curve = self.method.relative(self.study.batch, critical, shape, self.study.linear_batch)
        return np.asarray(self.log_steps - np.log(curve))


def _refined(profile: Callable[[float], float], grid: FloatArray, at: int) -> float:
    from scipy.optimize import minimize_scalar

    around = (grid[max(at - 1, 0)], grid[min(at + 1, len(grid) - 1)])
    found = minimize_scalar(
        lambda x: min(profile(x), HUGE), bounds=around, method="bounded", options={"xatol": 1e-10}
    )
    return float(found.x) if float(found.fun) < profile(grid[at]) else float(grid[at])


def _end(
    profile: _Profile,
    grid: FloatArray,
    heights: FloatArray,
    best: float,
    limit: float,
    side: int,
) -> float | None:
    """Where the profile crosses the limit on one side; None if it never does."""
    beyond = (grid > best) if side > 0 else (grid < best)
    above = np.flatnonzero(beyond & (heights > limit))[::side]
    # The grid overstates the profile a little, as its shapes are coarse.
    outside = (float(x) for x in grid[above] if profile(x) > limit)
    near = next(outside, None)
    if near is None:
        return None
    if not np.isfinite(profile(near)):
        return float(np.exp(near))
    if profile(best) >= limit:  # an exact fit: the interval is a point
        return float(np.exp(best))
    from scipy.optimize import brentq

    return float(np.exp(brentq(lambda x: profile(x) - limit, best, near, xtol=1e-10)))


def _quantile(level: float, spare: int) -> float:
    """Of F(1, spare): few batches make the interval wide, as they should."""
    from scipy.stats import f

    return float(f.ppf(level, 1, spare))
