"""Which rows are left out before the law is fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from isoflop.core.arrays import BoolArray
from isoflop.core.errors import FitError
from isoflop.decide.multiverse.choice import Choice, Option, unchanged
from isoflop.decide.multiverse.universe import Universe
from isoflop.fit.checks.outliers import outlying
from isoflop.fit.checks.starved import starved
from isoflop.fit.fit_law import fit_law

LOW_RATIO = 2.0  # tokens per parameter; a tenth of hoffmann2022's optimum, assumption
SHARE = 0.2  # of the rows, smallest or largest by compute; misfitting2025 drops a rung
KEEP = 0.6  # a filter that leaves fewer rows is not a defensible one; assumption


def options(universe: Universe) -> Sequence[Option]:
    found = [Option("all rows", unchanged)]
    for name, keeps in _FILTERS.items():
        kept = keeps(universe)
        if not kept.all() and kept.mean() >= KEEP:
            found.append(Option(name, partial(_kept, name)))
    return found


def _kept(name: str, universe: Universe) -> Universe:
    return replace(universe, runs=universe.runs.take(_FILTERS[name](universe)))


def _healthy(universe: Universe) -> BoolArray:
    """Without the far and the starved runs of the usual fit, as --drop-outliers leaves them out."""
    runs = universe.runs
    kept = np.ones(len(runs), dtype=bool)
    try:
        fit = fit_law(runs, "chinchilla", axes=universe.axes, resamples=0)
    except FitError:
        return kept  # nothing can be called far off a law that cannot be fitted
    kept[outlying(fit.residuals, fit.noise)] = False
    kept[starved(fit.inputs_of(runs))] = False
    return kept


def _fed(universe: Universe) -> BoolArray:
    runs = universe.runs
    return np.asarray(runs.values("D") / runs.values("N") >= LOW_RATIO)


def _not_small(universe: Universe) -> BoolArray:
    spent = _spent(universe)
    return np.asarray(spent > np.quantile(spent, SHARE))


def _not_large(universe: Universe) -> BoolArray:
    spent = _spent(universe)
    return np.asarray(spent < np.quantile(spent, 1.0 - SHARE))


def _spent(universe: Universe) -> np.ndarray:
    return np.asarray(universe.runs.values("N") * universe.runs.values("D"))


_FILTERS = {
    "without outliers": _healthy,
    f"{LOW_RATIO:g} tokens per parameter or more": _fed,
    "without the cheapest fifth": _not_small,
    "without the dearest fifth": _not_large,
}

CHOICE = Choice("filter", "rows left out before the fit (misfitting2025)", 4, options)
