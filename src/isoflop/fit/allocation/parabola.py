"""IsoFLOP parabolas: per budget a quadratic of loss in ln N, its vertex, then lines in logs."""

from __future__ import annotations

import numpy as np

from isoflop.core.errors import FitError
from isoflop.core.explain import Finding
from isoflop.fit.allocation.estimator import (
    Allocation,
    Estimator,
    Points,
    no_minimum,
    power_law,
    slices,
)

MIN_POINTS = 5  # hoffmann2022 approach 2: three coefficients and room to see a misfit
MIN_SIZES = 3  # below it, repeats of the same sizes do not determine a quadratic


def vertex(points: Points) -> tuple[float, float] | None:
    """(N*, loss*) of one budget; None where the parabola opens downwards or is unbracketed."""
    x = np.log(points.N)
    centre, scale = x.mean(), max(float(np.ptp(x)), 1e-12)
    p2, p1, p0 = np.polyfit((x - centre) / scale, points.loss, 2)
    if p2 <= 0.0:
        return None
    at = -p1 / (2.0 * p2)
    best = centre + scale * at
    if not x.min() < best < x.max():
        return None
    return float(np.exp(best)), float(p0 + at * p1 / 2.0)


def estimate(points: Points) -> Allocation:
    """Vertices of all budgets with five or more runs, and the lines through them.

    Raises
    ------
    FitError
        E330 when fewer than two budgets have a bracketed minimum.
    """
    kept = [
        (c, s)
        for c, s in slices(points)
        if len(s.N) >= MIN_POINTS and len(np.unique(s.N)) >= MIN_SIZES
    ]
    found = [(c, vertex(s)) for c, s in kept]
    good = [(c, v) for c, v in found if v is not None]
    if len(good) < 2:
        raise FitError(
            f"{'Only one' if good else 'No'} compute budget has a minimum inside its sizes.",
            where=f"{len(kept)} budgets with at least {MIN_POINTS} runs of {MIN_SIZES} sizes",
            matters="a power law needs two or more optima.",
            do="add sizes on both sides of each minimum, or use the parametric estimator.",
            code="E330",
        )
    budgets = np.array([c for c, _ in good])
    N = np.array([v[0] for _, v in good])
    D = budgets / (6.0 * N)
    open_ended = [c for c, v in found if v is None]
    findings: tuple[Finding, ...] = ()
    if open_ended:
        findings = (no_minimum(open_ended),)
    return Allocation(
        "parabola",
        power_law(budgets, N),
        power_law(budgets, D),
        budgets,
        N,
        D,
        np.array([v[1] for _, v in good]),
        findings,
    )


ESTIMATOR = Estimator(
    "parabola", "vertex of a parabola per budget (approach 2)", "hoffmann2022", estimate
)
