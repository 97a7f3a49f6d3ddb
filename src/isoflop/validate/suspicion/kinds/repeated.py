"""Tokens that were seen before and are listed as fresh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.quantities import format_count
from isoflop.fit.newton import Effort, polish
from isoflop.fit.problem import Problem
from isoflop.fit.starts import candidates, project_starts
from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.kind import Claim, Kind
from isoflop.validate.suspicion.regression import log_t
from isoflop.validate.suspicion.whitened import EXTREME

HALF_LIFE = 15.387756  # muennighoff2023: R_D, repetitions after which a token is worth 1/e
CERTAIN = 9.0  # rise of ln likelihood for one pool of unique tokens; tuned on simulated studies
POOLS = 10  # sizes of the pool tried
LEAST_EPOCHS = 4.0  # muennighoff2023: fewer repeats cost hardly anything
FEWEST = 3  # rows that repeat
USUAL_EXPONENT, EXPONENT_SPREAD = 0.35, 0.35  # published ones: 0.2 to 0.55 (catalogue L11 to L14)
REFITS = 2
_FAST = Effort(tolerance=1e-5, max_steps=12)  # the projection starts near the optimum


def find(evidence: Evidence) -> Iterator[Claim]:
    known = evidence.column("epochs"), evidence.column("tokens_unique")
    if any(item is not None for item in known):
        return  # the table marks its repeats
    rows = evidence.rows[np.abs(evidence.excess[evidence.rows]) < EXTREME]
    if len(rows) < 12:
        return
    D = evidence.D[rows]
    fresh = _likelihood(evidence, rows, D)
    tried = [(_likelihood(evidence, rows, effective(D, pool)), pool) for pool in _likely_pools(D)]
    if not tried:
        return
    best, pool = max(tried)
    if best - fresh < CERTAIN:
        return
    repeats = rows[pool < D]
    yield Claim(
        repeats,
        np.full(len(repeats), best - fresh),
        f"beyond about {format_count(pool, digits=2)} tokens the losses fall as if the same tokens "
        f"came again, up to {D.max() / pool:.0f} times (ln likelihood +{best - fresh:.0f}), unless "
        "the additive law itself bends wrongly here",
        "give the unique tokens (--map tokens_unique=COLUMN) and fit a law of repetition "
        "(muennighoff)",
    )


def effective(D: FloatArray, pool: float) -> FloatArray:
    """Fresh tokens that are worth D tokens from a pool (muennighoff2023)."""
    repeats = np.maximum(D / pool - 1.0, 0.0)
    return np.asarray(np.minimum(D, pool) - pool * HALF_LIFE * np.expm1(-repeats / HALF_LIFE))


def _likely_pools(D: FloatArray) -> FloatArray:
    """Sizes of the pool that leave enough rows repeating it."""
    most = min(D.max() / LEAST_EPOCHS, np.sort(D)[-FEWEST] / 2.0)
    return np.geomspace(D.min(), most, POOLS) if most > D.min() else np.empty(0)


def _likelihood(evidence: Evidence, rows: IntArray, D: FloatArray) -> float:
    """ln likelihood of the law refitted to these tokens, with a prior on its exponents."""
    surface = evidence.surface
    problem = replace(
        surface.problem,
        inputs=(evidence.N[rows], D),
        target=evidence.loss[rows],
        groups=np.zeros(len(rows), dtype=np.int64),
    )
    expected = surface.log_loss(evidence.N[rows], evidence.D[rows])
    noise = surface.noise(expected) / surface.scale
    weights = noise**-2.0
    u = project_starts(problem, candidates(problem), weights[None], 1)[0]
    likelihood = -np.inf
    for _ in range(REFITS):
        u = polish(problem, u, weights[None], _FAST).coordinates
        standard = (np.log(problem.target) - np.log(problem.predict(u)[0])) / noise
        scale = float(np.sqrt(np.mean(weights * noise**2 * standard**2)))
        pulls, densities = log_t(standard / scale)
        weights = pulls / noise**2
        likelihood = float(np.sum(densities - np.log(scale)))
    return likelihood + _prior(problem, u)


def _prior(problem: Problem, u: FloatArray) -> float:
    names = [slot.parameter.name for slot in problem.slots]
    natural = problem.natural(u)[0]
    off = [
        np.log(value / USUAL_EXPONENT) / EXPONENT_SPREAD
        for name, value in zip(names, natural, strict=True)
        if name in ("alpha", "beta")
    ]
    return -0.5 * float(np.sum(np.square(off)))


KIND = Kind("repeated", "W614", "group", "repeated tokens listed as fresh", find)
