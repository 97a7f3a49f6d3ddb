"""Points on the compute frontier: the best of each octave that beats all cheaper ones."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import DataError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective

FIT_RANGE = (1e6, 1e12)  # GFLOP; nezhurina2025: learnt here, forecast above
MOST_SAMPLES = 1e10  # nezhurina2025: runs with more repeat their data
LEAST_POINTS = 5  # one more than the law has parameters


def frontier_points(compute: FloatArray, error: FloatArray) -> IntArray:
    """Indices of the frontier, cheapest first.

    Bins of one octave keep their best point; of these only strictly improving ones stay.

    Parameters
    ----------
    compute, error : (n,) positive compute, and an error that is lower where better.

    Source
    ------
    nezhurina2025 (arXiv 2506.04598).
    """
    bins = np.floor(np.log2(compute / compute.min()) + 1e-9).astype(np.int64)
    kept: list[int] = []
    lowest = np.inf
    for octave in np.unique(bins):
        members = np.flatnonzero(bins == octave)
        best = int(members[np.lexsort((compute[members], error[members]))[0]])
        if error[best] < lowest:
            kept.append(best)
            lowest = float(error[best])
    return np.array(kept, dtype=np.int64)


def fit_frontier(
    runs: Runs,
    *,
    column: str = "gflops",
    target: str = "error",
    within: tuple[float, float] = FIT_RANGE,
    samples: str | None = None,
    fixed: dict[str, float] | None = None,
    resamples: int = 100,
    seed: int = 0,
) -> Fit:
    """Fit the shifted power law to the frontier of a table.

    Parameters
    ----------
    column : compute, in GFLOP.
    target : error on the metric, in [0, 1].
    within : compute the law is learnt from; everything above is for testing it.
    samples : column of samples seen; runs over 1e10 are left out.
    fixed : E0=0 or B=0 for the restricted forms.

    Raises
    ------
    DataError
        E559 if the frontier has fewer than five points.
    """
    compute = runs.values(column)
    used = (compute >= within[0]) & (compute <= within[1])
    if samples is not None:
        used &= runs.values(samples) <= MOST_SAMPLES
    part = runs.take(np.flatnonzero(used))
    chosen = np.empty(0, dtype=np.int64)
    if len(part):
        chosen = frontier_points(part.values(column), part.values(target))
    if len(chosen) < LEAST_POINTS:
        raise DataError(
            f"The frontier has {len(chosen)} points.",
            where=f"{runs.provenance.source}, {len(part)} runs of {within[0]:g} to {within[1]:g}",
            matters="four parameters need five points and more.",
            do="add runs over more octaves of compute, or widen the range.",
            code="E559",
        )
    return fit_law(
        part.take(chosen),
        "frontier_error",
        axes={"C": column},
        target=target,
        objective=Objective("squared"),
        fixed=fixed,
        resamples=resamples,
        seed=seed,
    )
