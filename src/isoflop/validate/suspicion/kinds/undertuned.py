"""Single runs above the law while their neighbours are on it: a rate or another setting is off."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.kind import Claim, Kind
from isoflop.validate.suspicion.threshold import too_high

RATE_OFF = 1.1  # of ln rate beyond the trend of the others, a factor 3; assumption


def find(evidence: Evidence) -> Iterator[Claim]:
    rows = np.flatnonzero(too_high(evidence))
    if not len(rows):
        return
    excess, score = evidence.excess[rows], evidence.score[rows]
    yield Claim(
        rows,
        np.minimum(score, 20.0),
        f"losses lie {np.expm1(excess.min()):+.1%} to {np.expm1(excess.max()):+.1%} "
        f"({score.min():.0f} sd or more) above the law while their neighbours are on it"
        f"{_rates(evidence, rows)}",
        "train them again with a swept rate, or leave them out and compare the plans",
    )


def _rates(evidence: Evidence, rows: np.ndarray) -> str:
    """What their learning rates have to do with it, in words."""
    lr = evidence.column("lr")
    if lr is None:
        return ""
    with np.errstate(all="ignore"):
        rate = np.log(lr)
    core = evidence.surface.accepted & np.isfinite(rate)
    if core.sum() < 6:
        return ""
    off = (rate - _trend(np.log(evidence.N), np.log(evidence.D), rate, core))[rows]
    far = np.abs(off) > RATE_OFF
    if not far.any():
        return "; their rates follow the others"
    factors = ", ".join(f"{np.exp(value):.2g}x" for value in off[far])
    return f"; their learning rates are {factors} what the other runs lead one to expect"


def _trend(x: FloatArray, y: FloatArray, rate: FloatArray, core: np.ndarray) -> FloatArray:
    design = np.column_stack([np.ones_like(x), x, y])
    solved = np.linalg.lstsq(design[core], rate[core], rcond=None)[0]
    return np.asarray(design @ solved)


KIND = Kind("undertuned", "W605", "run", "a single run above the law, its neighbours on it", find)
