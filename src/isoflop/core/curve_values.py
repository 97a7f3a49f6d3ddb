"""Values of training curves between logged steps, and averaged over windows of steps."""

from __future__ import annotations

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray
from isoflop.core.quantities import is_canonical, quantity
from isoflop.core.table import ROW


def between(left: pl.DataFrame, right: pl.DataFrame, at: FloatArray) -> pl.DataFrame:
    """Rows between pairs of logged ones, at these tokens (n,)."""
    low, high = (side["tokens"].cast(pl.Float64).to_numpy() for side in (left, right))
    width = np.where(high > low, high - low, 1.0)
    linear = (at - low) / width
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.where(high > low, np.log(at / low) / np.log(np.maximum(high / low, 1 + 1e-15)), 0)
    columns = {}
    for name in left.columns:
        series = left[name]
        if name == ROW or not series.dtype.is_float():
            columns[name] = series
            continue
        count = is_canonical(name) and quantity(name).kind == "count"
        share = pl.Series(linear if count else logs)
        # The ends are taken as they are, so that a missing neighbour does not empty them.
        mixed = pl.DataFrame({"a": series, "b": right[name], "w": share}).select(
            pl.when(pl.col("w") <= 0.0)
            .then("a")
            .when(pl.col("w") >= 1.0)
            .then("b")
            .otherwise(pl.col("a") + (pl.col("b") - pl.col("a")) * pl.col("w"))
            .alias(name)
        )
        columns[name] = mixed[name]
    columns["tokens"] = pl.Series("tokens", at, dtype=pl.Float64)
    return pl.DataFrame(columns)


def window_mean(position: FloatArray, values: FloatArray, window: float) -> FloatArray:
    """Mean of the values (n,) within a share of each position; missing ones are left out."""
    first = np.searchsorted(position, position * (1.0 - window), side="left")
    last = np.searchsorted(position, position * (1.0 + window), side="right")
    known = np.isfinite(values)
    # Around the mean, so that sums over long curves lose no digits.
    centre = float(values[known].mean()) if known.any() else 0.0
    total = np.concatenate([[0.0], np.cumsum(np.where(known, values - centre, 0.0))])
    count = np.concatenate([[0], np.cumsum(known)])
    n = count[last] - count[first]
    mean = centre + (total[last] - total[first]) / np.maximum(n, 1)
    return np.where(known, mean, np.nan)
