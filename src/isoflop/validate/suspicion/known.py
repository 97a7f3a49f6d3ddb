"""Whether corrected sizes and tokens are ones that other runs of the table have."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.validate.suspicion.evidence import Evidence

SAME = 0.01  # relative difference below which two counts are one of the design
ON_GRID = 10.0  # standard deviations that a hit on the design is worth; assumption


def on_grid(evidence: Evidence, N: FloatArray, D: FloatArray) -> FloatArray:
    """1 where the size is that of another run, plus 1 where the compute or tokens are, (n,)."""
    core = evidence.surface.accepted
    sizes = _hits(N, evidence.N[core])
    spent = _hits(N * D, (evidence.N * evidence.D)[core], room=0.5 * SAME)
    seen = _hits(D, evidence.D[core])
    return sizes + 0.5 * np.maximum(spent, seen)


def is_known_size(evidence: Evidence, N: FloatArray) -> FloatArray:
    """1 where the size is that of a run the law rests on, (n,)."""
    return _hits(N, evidence.N[evidence.surface.accepted])


def _hits(values: FloatArray, known: FloatArray, room: float = SAME) -> FloatArray:
    nearest = np.abs(np.log(values[:, None]) - np.log(known[None, :])).min(axis=1)
    return np.asarray(nearest < room, dtype=np.float64)
