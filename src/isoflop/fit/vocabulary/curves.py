"""Loss against compute of every shape and vocabulary, from checkpoints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError
from isoflop.core.runs import Runs

TARGET = "loss_over_unigram"


@dataclass(frozen=True)
class LossCurve:
    """One model: sizes, and its loss as it trains, by ascending compute.

    Attributes
    ----------
    N_ne, N_v : other and vocabulary parameters
    log_C, loss : (n_checkpoints,) natural log of FLOP, vocabulary-fair loss
    """

    N_ne: float
    N_v: float
    log_C: FloatArray
    loss: FloatArray

    def at(self, log_C: FloatArray) -> FloatArray:
        """Loss between checkpoints, linear in log compute; infinite outside of them."""
        return np.interp(log_C, self.log_C, self.loss, left=np.inf, right=np.inf)


def loss_curves(runs: Runs, target: str = TARGET) -> tuple[LossCurve, ...]:
    """The rows of a table as curves, one for every pair of sizes.

    Parameters
    ----------
    runs : with params_non_embedding, params_vocab, flops and the target, a row a checkpoint.

    Raises
    ------
    FitError
        E550 if a model has fewer than two checkpoints.
    """
    sizes, vocabularies = runs.values("N_ne"), runs.values("params_vocab")
    log_C, loss = np.log(runs.values("C")), runs.values(target)
    found = []
    for N_ne, N_v in np.unique(np.stack([sizes, vocabularies], axis=1), axis=0):
        rows = np.flatnonzero((sizes == N_ne) & (vocabularies == N_v))
        if len(rows) < 2:
            raise FitError(
                f"The model with {N_ne:g} and {N_v:g} parameters has {len(rows)} checkpoint.",
                where=f"{runs.provenance.source}, row {runs.rows[rows[0]]}",
                matters="vocabularies are compared at equal compute, between checkpoints.",
                do="add checkpoints of this model, or leave it out.",
                code="E550",
            )
        rows = rows[np.argsort(log_C[rows], kind="stable")]
        found.append(LossCurve(float(N_ne), float(N_v), log_C[rows], loss[rows]))
    return tuple(found)
