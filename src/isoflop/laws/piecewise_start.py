"""A start for laws whose floor, price and exponent of data each change with size (farseer2025).

For each size alone, differences between token counts remove the floor; what is left gives price and
exponent of data there. Each then becomes a stretched exponential of size.
"""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray

EXPONENTS = np.geomspace(0.02, 1.5, 200)  # of data at one size; assumption: published are 0.14-0.31
STRETCHES = np.linspace(-0.99, 0.99, 199)  # bounds of the stretch in farseer2025
FEWEST = 3  # token counts that tell a floor, a price and an exponent at one size


def per_size(N: FloatArray, D: FloatArray, loss: FloatArray) -> FloatArray:
    """Rows (N, floor, price, exponent) of the sizes with enough token counts, (n_sizes, 4)."""
    rows = []
    for size in np.unique(N):
        own = size == N
        if len(np.unique(D[own])) >= FEWEST:
            rows.append((size, *_one_size(D[own], loss[own])))
    return np.array(rows).reshape(-1, 4)


def stretched(N: FloatArray, positive: FloatArray) -> tuple[float, float, float]:
    """(a, e, b) of exp(a*N^e + b) nearest to the values, least squares in logs."""
    target = np.log(positive)
    best = (np.inf, 0.0, 0.0, float(target.mean()))
    for stretch in STRETCHES:
        if abs(stretch) < 1e-9:
            continue
        column = N**stretch
        centre, width = column.mean(), np.ptp(column)
        slope = float((column - centre) @ target / ((column - centre) @ (column - centre)))
        level = float(target.mean() - slope * centre)
        missed = target - slope * column - level
        # Equal misfits are common with few sizes: the gentler stretch extrapolates better.
        cost = float(missed @ missed) + 1e-9 * abs(slope) * width
        best = min(best, (cost, slope, float(stretch), level))
    return best[1], best[2], best[3]


def _one_size(D: FloatArray, loss: FloatArray) -> tuple[float, float, float]:
    """Floor, price and exponent of floor + price*D^-exponent: centring removes the floor."""
    columns = D[:, None] ** -EXPONENTS
    means = columns.mean(axis=0)
    centred = columns - means
    price = (loss - loss.mean()) @ centred / (centred**2).sum(axis=0)
    price = np.maximum(price, np.finfo(float).tiny)
    floor = loss.mean() - price * means
    missed = loss[:, None] - floor - price * columns
    cost = np.where(floor > 0.0, (missed**2).sum(axis=0), np.inf)
    i = int(np.argmin(cost))
    return max(float(floor[i]), 1e-3 * float(loss.min())), float(price[i]), float(EXPONENTS[i])
