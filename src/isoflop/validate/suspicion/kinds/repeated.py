"""Tokens that were seen before and are listed as fresh."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.quantities import format_count
from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.kind import Claim, Kind
from isoflop.validate.suspicion.regression import regress
from isoflop.validate.suspicion.whitened import whitened

HALF_LIFE = 15.387756  # muennighoff2023: R_D, repetitions after which a token is worth 1/e
CERTAIN = 9.0  # rise of ln likelihood for one pool of unique tokens; tuned on simulated studies
POOLS = 24  # sizes of the pool tried
AMPLITUDE = (0.4, 3.0)  # of what muennighoff2023 measured; another amount is another cause
LEAST_EPOCHS = 4.0  # muennighoff2023: fewer repeats cost hardly anything
FEWEST = 3  # rows that repeat


def find(evidence: Evidence) -> Iterator[Claim]:
    known = evidence.column("epochs"), evidence.column("tokens_unique")
    if any(item is not None for item in known):
        return  # the table marks its repeats
    w = whitened(evidence)
    if w is None:
        return
    N, D = evidence.N[w.rows], evidence.D[w.rows]
    base = evidence.surface.log_loss(N, D)
    best: tuple[float, float] | None = None
    for pool in np.geomspace(D.min(), D.max() / LEAST_EPOCHS, POOLS):
        if (D > 2.0 * pool).sum() < FEWEST:
            continue
        lost = evidence.surface.log_loss(N, effective(D, pool)) - base
        fit = regress(w.y, np.column_stack([w.X, lost * w.unit]))
        amplitude, error = fit.coefficients[-1], fit.sd[-1]
        rise = fit.log_likelihood - w.plain.log_likelihood
        likely = AMPLITUDE[0] < amplitude < AMPLITUDE[1] and amplitude > 3.0 * error
        if likely and (best is None or rise > best[0]):
            best = (rise, float(pool))
    if best is None or best[0] < CERTAIN:
        return
    rise, pool = best
    rows = w.rows[D > pool]
    yield Claim(
        rows,
        np.full(len(rows), rise),
        f"beyond about {format_count(pool, digits=2)} tokens the losses fall as if the same tokens "
        f"came again, up to {D.max() / pool:.0f} times (ln likelihood +{rise:.0f})",
        "give the unique tokens (--map tokens_unique=COLUMN) and fit a law of repetition "
        "(muennighoff)",
    )


def effective(D: FloatArray, pool: float) -> FloatArray:
    """Fresh tokens that are worth D tokens from a pool (muennighoff2023)."""
    repeats = np.maximum(D / pool - 1.0, 0.0)
    return np.asarray(
        np.minimum(D, pool) - pool * HALF_LIFE * np.expm1(-repeats / HALF_LIFE)
    )


KIND = Kind("repeated", "W614", "group", "repeated tokens listed as fresh", find)
