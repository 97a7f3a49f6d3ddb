"""RegMix: ridge regression of the loss on features of the shares, its strength by five folds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray

LEAST_SHARE = 1e-3  # X04 entry: the logarithm of a share starts here
STRENGTHS = np.logspace(-6.0, 3.0, 19)  # of the ridge, on features of unit variance
FOLDS = 5


@dataclass(frozen=True)
class Ridge:
    """A ridge regression on [r, sqrt r, ln(r + 1e-3)], scaled.

    Attributes
    ----------
    centre, scale : (n_features,) of the features on the runs it was fitted to
    weights : (n_sets, n_features) one set, or one a resample
    offset : (n_sets,)
    strength : of the ridge, chosen by five folds
    """

    centre: FloatArray
    scale: FloatArray
    weights: FloatArray
    offset: FloatArray
    strength: float

    def predict(self, shares: FloatArray) -> FloatArray:
        """Loss (n_sets, n) at mixtures (n, n_domains) or (n_sets, n, n_domains)."""
        scaled = (features(shares) - self.centre) / self.scale
        if scaled.ndim == 2:
            return np.asarray(scaled @ self.weights.T + self.offset).T
        return np.asarray(np.einsum("bnf,bf->bn", scaled, self.weights) + self.offset[:, None])


def features(shares: FloatArray) -> FloatArray:
    """The features, (..., 3*n_domains)."""
    clipped = np.maximum(shares, 0.0)
    return np.concatenate([clipped, np.sqrt(clipped), np.log(clipped + LEAST_SHARE)], axis=-1)


def fit_ridge(shares: FloatArray, target: FloatArray, rng: np.random.Generator) -> Ridge:
    """Fit with the strength that five folds prefer.

    Parameters
    ----------
    shares : (n_runs, n_domains)
    target : (n_runs,)
    """
    raw = features(shares)
    centre, spread = raw.mean(axis=0), raw.std(axis=0)
    scale = np.where(spread > 0.0, spread, 1.0)
    x = (raw - centre) / scale
    errors = np.zeros(len(STRENGTHS))
    for test in folds(len(target), rng):
        train = np.setdiff1d(np.arange(len(target)), test)
        for i, strength in enumerate(STRENGTHS):
            weights, offset = solve_ridge(x[train], target[train], np.ones(len(train)), strength)
            errors[i] += float(np.sum((x[test] @ weights + offset - target[test]) ** 2))
    strength = float(STRENGTHS[int(np.argmin(errors))])
    weights, offset = solve_ridge(x, target, np.ones(len(target)), strength)
    return Ridge(centre, scale, weights[None], np.array([offset]), strength)


def resampled_ridge(
    ridge: Ridge, shares: FloatArray, target: FloatArray, counts: FloatArray
) -> Ridge:
    """The same strength on resamples of the runs, ``counts`` (n_draws, n_runs)."""
    x = (features(shares) - ridge.centre) / ridge.scale
    solved = [solve_ridge(x, target, row, ridge.strength) for row in counts]
    weights = np.stack([one for one, _ in solved])
    offset = np.array([one for _, one in solved])
    return Ridge(ridge.centre, ridge.scale, weights, offset, ridge.strength)


def solve_ridge(
    x: FloatArray, target: FloatArray, counts: FloatArray, strength: float
) -> tuple[FloatArray, float]:
    """Weights (n_features,) and offset; the offset is not shrunk."""
    total = counts.sum()
    middle, mean = counts @ x / total, float(counts @ target / total)
    centred = x - middle
    gram = centred.T @ (counts[:, None] * centred) + strength * np.eye(x.shape[1])
    weights = np.linalg.solve(gram, centred.T @ (counts * (target - mean)))
    return weights, mean - float(middle @ weights)


def folds(n: int, rng: np.random.Generator, count: int = FOLDS) -> list[IntArray]:
    """Indices of the runs left out by each fold, drawn at random."""
    return [np.sort(part) for part in np.array_split(rng.permutation(n), min(count, n))]
