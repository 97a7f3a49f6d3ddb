"""Vertex of a quadratic: in ln lr at one batch, and in (ln lr, ln batch) together."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.fit.rates.cells import Cell
from isoflop.fit.rates.optima import Optima, Settings

FLOOR = 0.02  # assumption: the bowl is quadratic to within 2% of its best loss, not further
SPARE = 2  # runs beyond the coefficients, to see a misfit


def vertex(log_x: FloatArray, loss: FloatArray, floor: float = FLOOR) -> tuple[float, float] | None:
    """(ln x*, loss*) of one axis; None where the optimum is not inside the values tried.

    Fitted to the runs within ``floor`` of the best, and at least to the best and its neighbours.

    Parameters
    ----------
    log_x, loss : (n,)
    """
    order = np.argsort(log_x, kind="stable")
    x, y = log_x[order], loss[order]
    at = int(np.argmin(y))
    if x[at] in (x[0], x[-1]):
        return None
    chosen = y <= (1.0 + floor) * y[at]
    chosen[at - 1 : at + 2] = True
    chosen &= np.abs(np.arange(len(y)) - at) <= _reach(chosen, at)
    p2, p1, p0 = np.polyfit(x[chosen] - x[at], y[chosen], 2)
    if p2 <= 0.0:
        return None
    step = -p1 / (2.0 * p2)
    inside = x[0] < x[at] + step < x[-1]
    return (float(x[at] + step), float(p0 + step * p1 / 2.0)) if inside else None


def vertex_of_bowl(cell: Cell, floor: float = FLOOR) -> Settings | str:
    """Vertex of the quadratic in (ln lr, ln batch) through the runs near the best."""
    if cell.edges:
        return f"its best run is at the edge of the {' and '.join(cell.edges)} tried"
    near = cell.take(cell.loss <= (1.0 + floor) * cell.best)
    x, y = np.log(near.lr), np.log(near.batch)
    columns = quadratic(x - x.mean(), y - y.mean())
    if len(x) < columns.shape[1] + SPARE or np.linalg.matrix_rank(columns) < columns.shape[1]:
        return f"only {len(x)} runs within {floor:.0%} of its best do not fix a bowl"
    _, bx, by, xx, xy, yy = np.linalg.lstsq(columns, near.loss, rcond=None)[0]
    hessian = np.array([[2.0 * xx, xy], [xy, 2.0 * yy]])
    if np.linalg.eigvalsh(hessian).min() <= 0.0:
        return "its runs near the best form no bowl"
    at = np.linalg.solve(hessian, [-bx, -by]) + np.array([x.mean(), y.mean()])
    inside = (x.min() < at[0] < x.max()) and (y.min() < at[1] < y.max())
    if not inside:
        return "the vertex lies outside the settings near its best"
    return Settings(np.exp(at[:1]), np.exp(at[1:]))


def quadratic(x: FloatArray, y: FloatArray) -> FloatArray:
    """Columns 1, x, y, x^2, xy, y^2: (n, 6)."""
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def _reach(chosen: BoolArray, at: int) -> int:
    """How far the unbroken stretch of chosen runs goes from the best, on its longer side."""
    left, right = at, at
    while left > 0 and chosen[left - 1]:
        left -= 1
    while right < len(chosen) - 1 and chosen[right + 1]:
        right += 1
    return max(at - left, right - at)


OPTIMA = Optima(
    "vertex", "vertex of a quadratic in (ln lr, ln batch)", "bjorck2024", vertex_of_bowl
)
