"""Which mixture to run next, and how large: expected improvement per cost (X08)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.decide.simplex import Simplex
from isoflop.fit.gaussian_process import GaussianProcess, fit_gaussian_process

CANDIDATES = 4000  # assumption: sampled mixtures at which the next run is looked for
STOP = 1e-4  # X08 entry; read as nat/token that the best affordable run is expected to gain


@dataclass(frozen=True)
class Fidelity:
    """One size or length a mixture may be run at.

    Attributes
    ----------
    at : coordinate, for instance log10 of the parameters; scaled to [0, 1] within the search
    cost : of one run, in any unit
    """

    name: str
    at: float
    cost: float


@dataclass(frozen=True)
class NextRun:
    """What to run next.

    Attributes
    ----------
    shares : (n_domains,)
    improvement : expected at the target fidelity, nat/token
    per_cost : ``improvement`` over the cost of this run
    stop : whether nothing left to buy is worth its cost
    process : of the losses, inputs are the shares and the fidelity
    """

    shares: FloatArray
    fidelity: Fidelity
    improvement: float
    per_cost: float
    stop: bool
    process: GaussianProcess


def next_mixture(
    simplex: Simplex,
    shares: FloatArray,
    levels: Sequence[int],
    losses: FloatArray,
    fidelities: Sequence[Fidelity],
    *,
    seed_variance: float,
    budget: float,
    seed: int = 0,
) -> NextRun:
    """The mixture and fidelity with the most expected improvement for their cost.

    The kernel is a product over shares and fidelity, so a cheap run informs the target as far as
    the two agree; the improvement counted is what the run promises at the target, the last of
    ``fidelities``.

    Parameters
    ----------
    shares : (n_runs, n_domains)
    levels : (n_runs,) index into ``fidelities`` of each run
    losses : (n_runs,) nat/token
    seed_variance : of repeated runs; the least nugget
    budget : cost still to be spent
    """
    ends = np.array([one.at for one in fidelities])
    width = float(np.ptp(ends)) or 1.0
    scaled = (ends - ends.min()) / width
    several = len(fidelities) > 1
    at_runs = _joined(shares, scaled[np.asarray(levels)], several)
    process = fit_gaussian_process(at_runs, losses, least_nugget=seed_variance)
    rng = np.random.default_rng(seed)
    candidates = simplex.sample(CANDIDATES, rng)
    target = _joined(candidates, np.full(CANDIDATES, scaled[-1]), several)
    mean, sd = process.predict(target)
    known = process.predict(_joined(shares, np.full(len(shares), scaled[-1]), several))[0]
    best = float(known.min())
    affordable = [i for i, one in enumerate(fidelities) if one.cost <= budget]
    scored = []
    for i in affordable:
        at = _joined(candidates, np.full(CANDIDATES, scaled[i]), several)
        learnt = sd * np.abs(_correlation(process, target, at))
        gain = expected_improvement(mean, learnt, best)
        j = int(np.argmax(gain))
        scored.append((float(gain[j]) / fidelities[i].cost, float(gain[j]), i, j))
    if not scored:
        return NextRun(shares[int(np.argmin(known))], fidelities[-1], 0.0, 0.0, True, process)
    per_cost, promised, i, j = max(scored)
    return NextRun(candidates[j], fidelities[i], promised, per_cost, promised < STOP, process)


def expected_improvement(mean: FloatArray, sd: FloatArray, best: float) -> FloatArray:
    """Expected fall below ``best`` of a normal value, zero spread included: (n,)."""
    from scipy.stats import norm

    gap = best - mean
    safe = np.where(sd > 0.0, sd, 1.0)
    z = gap / safe
    smooth = gap * norm.cdf(z) + safe * norm.pdf(z)
    return np.where(sd > 0.0, smooth, np.maximum(gap, 0.0))


def _correlation(process: GaussianProcess, left: FloatArray, right: FloatArray) -> FloatArray:
    """Posterior correlation of matching rows, a noisy run on the right: (n,)."""
    from scipy.linalg import solve_triangular

    from isoflop.fit.gaussian_process import matern

    signal, lengths = process.signal, process.lengths
    halves = [
        solve_triangular(process.factor, signal * matern(process.x, at, lengths), lower=True)
        for at in (left, right)
    ]
    gap = np.sqrt(5.0) * np.linalg.norm((left - right) / lengths, axis=1)
    prior = signal * (1.0 + gap + gap**2 / 3.0) * np.exp(-gap)
    together = prior - np.einsum("nm,nm->m", halves[0], halves[1])
    spread = [signal - np.einsum("nm,nm->m", half, half) for half in halves]
    scale = np.sqrt(np.maximum(spread[0], 1e-300) * (np.maximum(spread[1], 0.0) + process.nugget))
    return np.asarray(np.clip(together / scale, -1.0, 1.0))


def _joined(shares: FloatArray, fidelity: FloatArray, several: bool) -> FloatArray:
    return np.column_stack([shares, fidelity]) if several else shares
