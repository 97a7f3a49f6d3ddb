"""Is there loss that synthetic data cannot remove? A test against curves on real data (X23)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import DataError
from isoflop.core.explain import Finding
from isoflop.core.runs import Runs
from isoflop.fit.likelihood_ratio import LikelihoodRatio, likelihood_ratio

DECADES = 1.5  # of tokens under which P is not told from a slower power law; catalogue X23


@dataclass(frozen=True, eq=False)
class Plateau:
    """The plateau P with its test against none.

    Attributes
    ----------
    P : nat/token
    interval : of P; None without resamples
    test : of P = 0, on the bound
    """

    P: float
    interval: tuple[float, float] | None
    test: LikelihoodRatio
    warnings: tuple[Finding, ...]


def plateau_of(runs: Runs, *, resamples: int = 100, seed: int = 0) -> Plateau:
    """Fit E + A*D^-c on real and synthetic runs together, P more on the synthetic ones.

    Parameters
    ----------
    runs : rows with tokens, loss and synthetic (1 where the text is synthetic, 0 where real).

    Raises
    ------
    DataError
        E546 without runs of both kinds.
    """
    kind, tokens = runs.values("synthetic"), runs.values("tokens")
    if not {0.0, 1.0} <= set(kind.tolist()):
        raise DataError(
            "Runs on real and on synthetic data are both needed.",
            where=f"column 'synthetic': {', '.join(f'{x:g}' for x in np.unique(kind))}",
            matters="the floor of real data is what the plateau stands above.",
            do="add runs with 0 (real) or 1 (synthetic).",
            code="E546",
        )
    found = []
    span = float(np.log10(tokens[kind > 0.0].max() / tokens[kind > 0.0].min()))
    if span < DECADES:
        text = f"synthetic runs span {span:.2g} decades of tokens (limit {DECADES:g})."
        found.append(Finding("W547", text))
    test = likelihood_ratio(runs, "synthetic_plateau", "P", resamples=resamples, seed=seed)
    return Plateau(test.free.values["P"], test.free.intervals["P"], test, tuple(found))
