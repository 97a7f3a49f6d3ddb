"""Akima minimum in ln lr at every batch, then in ln batch over those minima."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.rates.cells import Cell
from isoflop.fit.rates.optima import Optima, Settings

MIN_POINTS = 3  # fewer cannot bracket a minimum
PER_INTERVAL = 25  # points searched between neighbours, porian2024


def akima_minimum(log_x: FloatArray, loss: FloatArray) -> tuple[float, float] | None:
    """(ln x*, loss*) of the interpolated curve; None where it lies at an end of the values tried.

    Repeats of a value (seeds, several beta2) count with their best.

    Parameters
    ----------
    log_x, loss : (n,)
    """
    from scipy.interpolate import Akima1DInterpolator

    order = np.lexsort((loss, log_x))
    x, first = np.unique(log_x[order], return_index=True)
    if len(x) < MIN_POINTS:
        return None
    curve = Akima1DInterpolator(x, np.log(loss[order][first]))
    grid = np.interp(
        np.linspace(0, len(x) - 1, PER_INTERVAL * (len(x) - 1) + 1), np.arange(len(x)), x
    )
    values = np.asarray(curve(grid))
    at = int(np.argmin(values))
    if at in (0, len(grid) - 1):
        return None
    return float(grid[at]), float(np.exp(values[at]))


def nested_minimum(cell: Cell) -> Settings | str:
    """The minimum over batches of the minima over rates; edges are dropped at both levels."""
    rows = []
    for batch in np.unique(cell.batch):
        beside = cell.batch == batch
        found = akima_minimum(np.log(cell.lr[beside]), cell.loss[beside])
        if found is not None:
            rows.append((np.log(batch), *found))
    if len(rows) < MIN_POINTS:
        return f"only {len(rows)} of its batches have a minimum inside the rates tried"
    log_batch, log_lr, loss = (np.array(column) for column in zip(*rows, strict=True))
    best = akima_minimum(log_batch, loss)
    if best is None:
        return "its best batch is at the edge of those tried"
    lr = np.exp(np.interp(best[0], log_batch, log_lr))
    return Settings(np.array([lr]), np.array([np.exp(best[0])]))


OPTIMA = Optima("akima", "Akima minimum in ln lr, then in ln batch", "porian2024", nested_minimum)
