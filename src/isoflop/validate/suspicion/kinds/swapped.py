"""Parameters and tokens exchanged in some rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.kind import Claim, Kind
from isoflop.validate.suspicion.known import ON_GRID, is_known_size, on_grid

FAR = 4.0  # standard deviations off as they stand
NEAR = 3.5  # standard deviations off after the exchange
ROOM = 3.0  # factor beyond the other runs that an exchanged row may lie


def find(evidence: Evidence) -> Iterator[Claim]:
    rows = evidence.rows
    N, D = evidence.D[rows], evidence.N[rows]
    now, then = evidence.score[rows], evidence.corrected(rows, N=N, D=D)
    odd = (np.abs(now) > FAR) | evidence.stray[rows]
    fits = odd & (D > N) & (np.abs(then) < NEAR) & evidence.within(N, D, ROOM)
    # A row that already has a size of the design is a run of few tokens, not an exchange.
    fits &= is_known_size(evidence, N) >= is_known_size(evidence, evidence.N[rows])
    if not fits.any():
        return
    gain = np.abs(now) - np.abs(then)
    strength = np.minimum(gain, 50.0) - then**2 + ON_GRID * on_grid(evidence, N, D)
    yield Claim(
        rows[fits],
        strength[fits],
        f"tokens and parameters look exchanged: at most {(N / D)[fits].max():.2g} tokens "
        f"per parameter, and exchanged the losses are within {np.abs(then[fits]).max():.1f} sd of "
        "the law through the others",
        "exchange N and D in these rows",
    )


KIND = Kind("swapped", "W613", "record", "parameters and tokens exchanged", find)
