"""Mixing law for a validation set of unknown composition: a floor and a sum of exponentials (X01).

The domains hidden in the validation set are units of a small network: exponential activation,
softmax output weights and a bias. As shares sum to one the output weights and offsets merge, so a
unit is ``exp(a_h . r)``. The units are fitted by weight decay and several starts, and boosted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray

DELTA, DECAY = 0.03, 1e-3  # ye2024 code: Huber delta; weight decay
UNITS, ROUNDS = 3, 10  # assumption: few mixtures feed few units (the authors: 30 units, 30 rounds)
ITERATIONS = 300
LOWEST, HIGHEST = -50.0, 4.0  # of a unit's log excess loss on one source alone
EXCESS = 0.5  # assumption: a start spreads half the loss over the units


@dataclass(frozen=True)
class ImplicitMixture:
    """A boosted ensemble; the prediction is its weighted median.

    Attributes
    ----------
    floor : (n_rounds,) nat/token
    a : (n_rounds, n_units, n_domains)
    weight : (n_rounds,) of each round in the median
    """

    floor: FloatArray
    a: FloatArray
    weight: FloatArray

    def predict(self, shares: FloatArray) -> FloatArray:
        """Loss (n,) at mixtures (n, n_domains)."""
        units = np.exp(np.einsum("buk,nk->bnu", self.a, shares)).sum(axis=2)
        values = self.floor[:, None] + units
        order = np.argsort(values, axis=0)
        ranked = np.cumsum(self.weight[order], axis=0)
        middle = np.argmax(ranked >= 0.5 * ranked[-1], axis=0)
        columns = np.arange(values.shape[1])
        return np.asarray(values[order[middle, columns], columns])


def fit_implicit_mixture(
    shares: FloatArray,
    loss: FloatArray,
    *,
    units: int = UNITS,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> ImplicitMixture:
    """AdaBoost for regression over small networks.

    Parameters
    ----------
    shares : (n_runs, n_domains)
    loss : (n_runs,) nat/token
    units : hidden domains
    rounds : networks; boosting stops early where one fits no better than chance
    """
    rng = np.random.default_rng(seed)
    n = len(loss)
    weight = np.full(n, 1.0 / n)
    floors: list[float] = []
    slopes: list[FloatArray] = []
    votes: list[float] = []
    for _ in range(rounds):
        rows = rng.choice(n, size=n, p=weight)
        floor, a = _fit_units(shares[rows], loss[rows], units, rng)
        error = np.abs(floor + np.exp(a @ shares.T).sum(axis=0) - loss)
        worst = float(error.max())
        relative = error / worst if worst > 0.0 else error
        mean = float(weight @ relative)
        if mean >= 0.5 and floors:
            break
        beta = max(mean, 1e-6) / (1.0 - min(mean, 0.499))
        floors.append(floor)
        slopes.append(a)
        votes.append(float(np.log(1.0 / beta)) if beta < 1.0 else 1e-6)
        if worst == 0.0 or mean >= 0.5:
            break
        weight = weight * beta ** (1.0 - relative)
        weight /= weight.sum()
    return ImplicitMixture(np.array(floors), np.stack(slopes), np.array(votes))


def _fit_units(
    shares: FloatArray, loss: FloatArray, units: int, rng: np.random.Generator
) -> tuple[float, FloatArray]:
    from scipy.optimize import minimize

    k = shares.shape[1]
    level = float(np.log(EXCESS * loss.min() / units))

    def objective(flat: FloatArray) -> tuple[float, FloatArray]:
        floor, a = flat[0], flat[1:].reshape(units, k)
        grown = np.exp(a @ shares.T)
        error = floor + grown.sum(axis=0) - loss
        clipped = np.clip(error, -DELTA, DELTA)
        # Decay pulls the units of one source together, not towards a loss of one nat.
        spread = a - a.mean(axis=1, keepdims=True)
        value = float(np.sum(clipped * (error - 0.5 * clipped)) + DECAY * np.sum(spread**2) / k)
        slope = (grown * clipped) @ shares + 2.0 * DECAY * spread / k
        return value, np.concatenate([[clipped.sum()], slope.ravel()])

    begin = np.concatenate([[(1.0 - EXCESS) * loss.min()], level + rng.normal(0.0, 0.5, units * k)])
    bounds = [(0.0, float(loss.min())), *[(LOWEST, HIGHEST)] * (units * k)]
    found = minimize(
        objective,
        begin,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": ITERATIONS},
    )
    return float(found.x[0]), found.x[1:].reshape(units, k)
