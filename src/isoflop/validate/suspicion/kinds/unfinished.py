"""Runs above the law whose rate had not decayed, or whose tokens fall short of the design."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.core.arrays import BoolArray
from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.kind import Claim, Kind
from isoflop.validate.suspicion.known import SAME

ABOVE = 2.5  # standard deviations above the law
HIGHER = 1.5  # factor of the last rate over the usual one, relative to the peak
FEWEST = 4  # runs of the same tokens per parameter that make a rung of the design
ORDERLY = 0.8  # share of rows that must stand on such rungs


def find(evidence: Evidence) -> Iterator[Claim]:
    above = evidence.open & (evidence.score > ABOVE) & (evidence.excess > 0.0)
    for marked, why in (_undecayed(evidence), _off_design(evidence)):
        rows = np.flatnonzero(marked & above)
        if len(rows):
            yield Claim(
                rows,
                np.full(len(rows), 30.0),
                f"{why}, and the losses are {evidence.score[rows].min():.0f} sd or more above "
                "the law: the schedule was cut before its end",
                "finish the runs, or leave them out: a rate that was not decayed costs loss",
            )


def _undecayed(evidence: Evidence) -> tuple[BoolArray, str]:
    """Rows whose last rate, over the peak, is well above that of most others."""
    nothing = np.zeros(len(evidence.N), dtype=bool)
    peak, last = evidence.column("lr"), evidence.column("lr_final")
    if peak is None or last is None:
        return nothing, ""
    with np.errstate(all="ignore"):
        share = last / peak
    usual = float(np.nanmedian(share[evidence.open]))
    steady = np.nanmean(np.abs(share[evidence.open] - usual) < 0.02) > 0.6
    marked = np.isfinite(share) & (share > HIGHER * usual + 0.03)
    return (
        marked if steady else nothing
    ), f"the rate ended above the usual {usual:.2g} of its peak"


def _off_design(evidence: Evidence) -> tuple[BoolArray, str]:
    """Rows between the rungs where nearly all others stand on rungs of tokens per parameter."""
    ratio = np.log(evidence.D / evidence.N)
    near = np.abs(ratio[:, None] - ratio[None, evidence.open]) < SAME
    on_rung = near.sum(axis=1) >= FEWEST
    orderly = on_rung[evidence.open].mean() >= ORDERLY
    marked = ~on_rung & evidence.open if orderly else np.zeros(len(ratio), dtype=bool)
    return marked, "their tokens per parameter fall short of the steps of all other runs"


KIND = Kind("truncated", "W607", "run", "above the law with a schedule that was cut", find)
