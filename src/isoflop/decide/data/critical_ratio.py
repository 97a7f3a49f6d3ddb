"""The critical mixture ratio: most domain data that hardly raises the general loss (X15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray
from isoflop.core.conventions import Conventions
from isoflop.core.digest import table_digest
from isoflop.core.errors import PlanError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import ROW, Runs
from isoflop.fit.critical_ratio import ChangeCurves
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law

TOLERANCE = 0.05  # nat/token; cmr2024
TOLERANCES = (0.02, 0.05, 0.1)  # shown beside each other
N_LENGTHS = 12


def largest_feasible(
    ratio: FloatArray, general: FloatArray, domain: FloatArray, eps: float = TOLERANCE
) -> float | None:
    """The largest share whose general change is at most eps while the domain loss has fallen.

    Parameters
    ----------
    ratio, general, domain : (n,) shares, and both changes at the end of the budget, nat/token

    Returns
    -------
    The share, linear between neighbours; None if none of those measured is feasible.
    """
    order = np.argsort(ratio)
    x, excess, gain = ratio[order], general[order] - eps, domain[order]
    feasible = np.flatnonzero((excess <= 0.0) & (gain < 0.0))
    if not len(feasible):
        return None
    k = int(feasible[-1])
    if k == len(x) - 1:
        return float(x[k])
    reach = 1.0
    for at, next_ in ((excess[k], excess[k + 1]), (gain[k], gain[k + 1])):
        if next_ > 0.0:
            reach = min(reach, float(-at / (next_ - at)))
    return float(x[k] + reach * (x[k + 1] - x[k]))


def by_tolerance(
    curves: ChangeCurves, T: float, tolerances: Sequence[float] = TOLERANCES
) -> dict[float, float | None]:
    """{eps: largest feasible share} at length T: how much the answer hangs on the tolerance."""
    general, domain = curves.changes(T)
    return {eps: largest_feasible(curves.ratio, general, domain, eps) for eps in tolerances}


def critical_law(curves: ChangeCurves, eps: float = TOLERANCE, resamples: int = 0) -> Fit:
    """R(T) = a*T^s + b through the critical shares of lengths inside the evidence.

    Raises
    ------
    PlanError
        E545 if fewer than four lengths have a feasible share.
    """
    lengths = np.geomspace(*curves.span, N_LENGTHS)
    found = [largest_feasible(curves.ratio, *curves.changes(float(T)), eps) for T in lengths]
    rows = [(float(T), r) for T, r in zip(lengths, found, strict=True) if r is not None]
    if len(rows) < 4:
        raise PlanError(
            f"Only {len(rows)} of {N_LENGTHS} lengths have a share within {eps:g} nat/token.",
            where=f"T from {curves.span[0]:g} to {curves.span[1]:g}",
            matters="a curve of three numbers needs four points.",
            do="allow a larger tolerance, or train smaller shares.",
            code="E545",
        )
    table = pl.DataFrame(rows, schema=["length", "share_critical"], orient="row")
    source = Provenance(f"critical shares at {eps:g} nat/token", table_digest(table))
    runs = Runs(table.with_row_index(ROW, offset=1), Conventions(), source)
    return replace(fit_law(runs, "cmr_share", resamples=resamples), label=f"cmr_share, eps {eps:g}")
