"""Nominal against realised coverage of scored forecasts, and where in their distribution runs fell.

A forecast whose run was repeated counts once: its runs share the error of the law.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from isoflop.core.arrays import FloatArray

N_BINS = 5  # of the histogram; assumption: ledgers hold tens of forecasts, not thousands
DOUBT = 1.96  # standard errors of the 95% interval of a realised coverage
LEAST = 10  # forecasts below which a realised coverage is not judged; assumption

Judgement: TypeAlias = Literal["as stated", "too narrow", "too wide", "too few to tell"]


@dataclass(frozen=True)
class Coverage:
    """Of one level.

    Attributes
    ----------
    realised : share of forecasts whose run fell inside
    lo, hi : 95% Wilson interval of that share
    """

    level: float
    n: int
    realised: float
    lo: float
    hi: float

    @property
    def judgement(self) -> Judgement:
        """What the share says of the intervals."""
        if self.n < LEAST:
            return "too few to tell"
        if self.level > self.hi:
            return "too narrow"
        return "too wide" if self.level < self.lo else "as stated"

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "level": self.level,
            "n": self.n,
            "realised": self.realised,
            "lo": self.lo,
            "hi": self.hi,
            "judgement": self.judgement,
        }


@dataclass(frozen=True, eq=False)
class Calibration:
    """Of a ledger.

    Attributes
    ----------
    coverage : one a level; none where nothing was scored
    histogram : (N_BINS,) share of the forecasts in each fifth of their own distribution
    n : forecasts in it
    """

    coverage: tuple[Coverage, ...]
    histogram: FloatArray
    n: int

    @property
    def text(self) -> str:
        """One sentence."""
        if not self.coverage:
            return "no scored forecast had an interval"
        parts = [f"{c.level:.0%} intervals held {c.realised:.0%}" for c in self.coverage]
        return f"{', '.join(parts)} of {self.coverage[0].n} scored forecasts"

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "coverage": [item.to_dict() for item in self.coverage],
            "histogram": self.histogram.tolist(),
            "n": self.n,
        }


def calibrate(
    inside: Mapping[float, Sequence[Sequence[bool]]], transforms: Sequence[Sequence[float]]
) -> Calibration:
    """Pool forecasts.

    Parameters
    ----------
    inside : {level: for each forecast, whether each of its runs fell inside}
    transforms : for each forecast, the PIT of each of its runs
    """
    found = []
    for level, forecasts in inside.items():
        shares = [float(np.mean(hits)) for hits in forecasts if hits]
        if shares:
            found.append(_coverage(level, float(np.mean(shares)), len(shares)))
    histogram = np.zeros(N_BINS)
    for values in transforms:
        counts, _ = np.histogram(values, bins=N_BINS, range=(0.0, 1.0))
        histogram += counts / len(values)
    n = len(transforms)
    return Calibration(tuple(found), histogram / n if n else histogram, n)


def _coverage(level: float, share: float, n: int) -> Coverage:
    """With the Wilson interval of a share."""
    square = DOUBT**2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = DOUBT / (1 + square / n) * float(np.sqrt(share * (1 - share) / n + square / (4 * n**2)))
    return Coverage(level, n, share, max(centre - half, 0.0), min(centre + half, 1.0))
