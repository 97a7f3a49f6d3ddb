"""Keeps points within half a decade of the convex hull of what was trained on."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray

HALF_DECADE = 0.5  # catalogue X79
SUM_TO_ONE = 1e4  # weight of the row that makes combinations convex


def nearest_in_hull(point: FloatArray, corners: FloatArray) -> FloatArray:
    """The point of the convex hull of ``corners`` (n, 2) nearest to a point (2,)."""
    from scipy.optimize import nnls

    centred = corners - point
    system = np.vstack([centred.T, np.full(len(corners), SUM_TO_ONE)])
    weights, _ = nnls(system, np.array([*np.zeros(centred.shape[1]), SUM_TO_ONE]))
    return np.asarray(point + weights @ centred / weights.sum())


def pulled_into_hull(
    points: FloatArray, corners: FloatArray, margin: float = HALF_DECADE
) -> FloatArray:
    """Points (n, 2) moved towards the hull until they are at most ``margin`` outside of it."""
    moved = points.copy()
    for i, point in enumerate(points):
        nearest = nearest_in_hull(point, corners)
        away = point - nearest
        distance = float(np.sqrt(away @ away))
        if distance > margin:
            moved[i] = nearest + away * (margin / distance)
    return moved
