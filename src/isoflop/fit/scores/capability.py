"""Few capabilities behind many scores: principal components of the training models (ruan2024)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError

N_COMPONENTS = 3  # ruan2024
STOP = 1e-4  # ruan2024: the filling ends when it moves by less
MOST_ROUNDS = 1000  # assumption: a guard against a filling that never settles


@dataclass(frozen=True, eq=False)
class Capability:
    """Means and axes of the scores of the training models.

    Attributes
    ----------
    mean : (n_benchmarks,)
    axes : (n_components, n_benchmarks) unit vectors, the largest entry of each positive
    share : (n_benchmarks,) of the variance, all components
    """

    mean: FloatArray
    axes: FloatArray
    share: FloatArray

    def measure(self, values: FloatArray) -> FloatArray:
        """Capabilities (n_models, n_components) of scores (n_models, n_benchmarks).

        Scores that are missing are filled from the others along the first axis: the point where
        iterating would end. Nothing is learnt from these models. A model without scores is NaN.
        """
        known = np.isfinite(values)
        first = self.axes[0]
        centred = np.where(known, values - self.mean, 0.0)
        weight = (known * first**2).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            along = np.where(known.any(axis=1), centred @ first / weight, np.nan)
        filled = np.where(known, centred, along[:, None] * first)
        return np.asarray(filled @ self.axes.T)


def fit_capability(values: FloatArray, n_components: int = N_COMPONENTS) -> Capability:
    """Fill what is missing, then take principal components without standardising.

    Parameters
    ----------
    values : (n_models, n_benchmarks) scores of the training models only; NaN where missing.

    Raises
    ------
    DataError
        E560 with fewer models than components and one, or a benchmark no model was scored on.

    Source
    ------
    ruan2024.
    """
    known = np.isfinite(values)
    if len(values) <= n_components or values.shape[1] < n_components or not known.any(axis=0).all():
        raise DataError(
            f"{len(values)} models and {int(known.any(axis=0).sum())} benchmarks with scores "
            f"cannot show {n_components} capabilities.",
            where="training models",
            matters="every capability is an axis through the models.",
            do="score more models and benchmarks, or ask for fewer: --components 1",
            code="E560",
        )
    filled = impute(values)
    mean = filled.mean(axis=0)
    _, size, axes = np.linalg.svd(filled - mean, full_matrices=False)
    share = size**2 / np.sum(size**2)
    chosen = axes[:n_components]
    top = np.argmax(np.abs(chosen), axis=1)
    signs = np.sign(chosen[np.arange(n_components), top])
    return Capability(mean, chosen * signs[:, None], share)


def impute(values: FloatArray, n_components: int = 1) -> FloatArray:
    """Scores with the missing ones filled by iterated principal components.

    Starts at the means of the columns and ends when no filled score moves by more than 1e-4.
    """
    known = np.isfinite(values)
    if known.all():
        return values.copy()
    filled = np.where(known, values, np.nanmean(values, axis=0))
    for _ in range(MOST_ROUNDS):
        mean = filled.mean(axis=0)
        left, size, axes = np.linalg.svd(filled - mean, full_matrices=False)
        rank = slice(0, n_components)
        again = np.where(known, values, mean + (left[:, rank] * size[rank]) @ axes[rank])
        moved = float(np.max(np.abs(again - filled)))
        filled = again
        if moved < STOP:
            break
    return filled
