"""Route 1 to the vocabulary: sizes along the lower envelope of loss against compute."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from isoflop.core.errors import FitError
from isoflop.core.runs import ROW, Runs
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.fit.vocabulary.curves import TARGET, loss_curves

POINTS = 1500  # hoffmann2022: budgets between the cheapest and the dearest checkpoint
SIZE_EXPONENT = 0.5  # vocabulary2024: other parameters and characters grow alike with compute


@dataclass(frozen=True)
class EnvelopeRoute:
    """N_ne = exp(K1) * C^0.5 and N_v = exp(K2) * C^a2 along the envelope.

    Attributes
    ----------
    points : envelope points behind the two fits.
    """

    K1: float
    K2: float
    a2: float
    points: int


def envelope(runs: Runs, target: str = TARGET) -> Runs:
    """Sizes of the best model at each of many budgets, where it beats all cheaper ones.

    Raises
    ------
    FitError
        E550 for models with one checkpoint, or if fewer than three models are ever the best.
    """
    curves = loss_curves(runs, target)
    ends = [end for curve in curves for end in (curve.log_C[0], curve.log_C[-1])]
    log_C = np.linspace(min(ends), max(ends), POINTS)
    losses = np.stack([curve.at(log_C) for curve in curves])
    least = losses.min(axis=0)
    # Budgets that no model was trained at have no least loss.
    record = np.isfinite(least) & (least <= np.minimum.accumulate(least))
    best = losses.argmin(axis=0)[record]
    if len(np.unique(best)) < 3:
        raise FitError(
            f"Only {len(np.unique(best))} of {len(curves)} models are ever the best.",
            where=runs.provenance.source,
            matters="a growth with compute cannot be read from so few.",
            do="add models of other sizes and vocabularies.",
            code="E550",
        )
    table = pl.DataFrame(
        {
            "params_non_embedding": [curves[i].N_ne for i in best],
            "params_vocab": [curves[i].N_v for i in best],
            "flops": np.exp(log_C[record]),
        }
    )
    return Runs(table.with_row_index(ROW, offset=1), runs.conventions, runs.provenance)


def by_envelope(runs: Runs, target: str = TARGET) -> EnvelopeRoute:
    """Fit both growths to the envelope, robustly in logs."""
    points = envelope(runs, target)
    robust = Objective("huber_log")
    vocabulary = fit_law(points, "vocab_isoflop", objective=robust, resamples=0)
    size = fit_law(
        points,
        "vocab_isoflop",
        target="params_non_embedding",
        fixed={"a": SIZE_EXPONENT},
        objective=robust,
        resamples=0,
    )
    return EnvelopeRoute(
        K1=size.values["K"],
        K2=vocabulary.values["K"],
        a2=vocabulary.values["a"],
        points=len(points),
    )
