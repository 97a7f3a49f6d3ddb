"""Loss changes of continued training at several shares: one pair of curves a share (X15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law

FEWEST = 3  # shares


@dataclass(frozen=True, eq=False)
class ChangeCurves:
    """Changes of the general and the domain loss since the start, by share of domain data.

    Attributes
    ----------
    ratio : (n,) rising shares
    general, domain : {share: fit of the change in T}
    span : range of T in every curve
    """

    ratio: FloatArray
    general: Mapping[float, Fit]
    domain: Mapping[float, Fit]
    span: tuple[float, float]

    def changes(self, T: float) -> tuple[FloatArray, FloatArray]:
        """General and domain change (n,) at length T, in units of 0.2B tokens."""
        general = [self.general[r].predict({"T": T}).value[0] for r in self.ratio.tolist()]
        domain = [self.domain[r].predict({"T": T}).value[0] for r in self.ratio.tolist()]
        return np.array(general), np.array(domain)


def fit_changes(runs: Runs, ratio: str = "share_domain") -> ChangeCurves:
    """Fit both curves at each share.

    Parameters
    ----------
    runs : rows with a share, length (0.2B tokens), loss_change_general and loss_change_domain.

    Raises
    ------
    DataError
        E546 with fewer than three shares.

    Source
    ------
    cmr2024
    """
    parts = {float(part.values(ratio)[0]): part for part in runs.groups(ratio).values()}
    if len(parts) < FEWEST:
        raise DataError(
            f"{len(parts)} shares of domain data are no picture of the largest one allowed.",
            where=f"column '{ratio}'",
            matters="it is interpolated between shares.",
            do=f"train at least {FEWEST} shares to the same length.",
            code="E546",
        )
    ordered = dict(sorted(parts.items()))
    lengths = [part.values("length") for part in ordered.values()]
    return ChangeCurves(
        np.array(list(ordered)),
        {r: fit_law(part, "cmr_general_change", resamples=0) for r, part in ordered.items()},
        {r: fit_law(part, "cmr_domain_change", resamples=0) for r, part in ordered.items()},
        (max(float(T.min()) for T in lengths), min(float(T.max()) for T in lengths)),
    )
