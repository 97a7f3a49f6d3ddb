"""Data pruning in theory: a perceptron learns a teacher from its hardest or easiest examples (X19).

Inputs are Gaussian in n dimensions. Of alpha_tot*n examples the share f with the smallest (hard) or
largest (easy) distance to the teacher's boundary is kept, and the student of largest margin is
found. Its overlap R with the teacher and its margin kappa solve two equations in the limit of large
n (datapruning2022, recalled; checked at f = 1 against the known limit eps*alpha -> 0.50).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from isoflop.core.arrays import FloatArray

Keep = Literal["hard", "easy", "random"]
FAR = 12.0  # standard deviations: nothing of the normal distribution is beyond
WIDTH = 8.0  # standard deviations around each edge that get nodes of their own
N_NODES = 48  # a panel
_ROOT_2PI = float(np.sqrt(2.0 * np.pi))


@dataclass(frozen=True)
class Student:
    """The student of largest margin.

    Attributes
    ----------
    overlap : R, cosine with the teacher
    margin : kappa, in units of the input's standard deviation
    """

    overlap: float
    margin: float

    @property
    def error(self) -> float:
        """Share of fresh inputs on which student and teacher disagree, arccos(R)/pi."""
        return float(np.arccos(self.overlap) / np.pi)


@cache
def student(alpha_tot: float, f: float = 1.0, keep: Keep = "hard") -> Student:
    """The student after keeping a share f of alpha_tot examples a dimension.

    ``hard`` is the published case. ``easy`` is derived likewise: both are integrals over an
    interval of distances, [0, g] or [g, inf). ``random`` is f = 1 on f*alpha_tot examples.

    Parameters
    ----------
    alpha_tot : examples before pruning, per input dimension (not tokens per parameter).
    f : share kept, above 0 and at most 1.
    """
    from scipy.stats import norm

    assert alpha_tot > 0.0
    assert 0.0 < f <= 1.0
    if keep == "random" or f == 1.0:
        return student(f * alpha_tot) if f < 1.0 else _solved(alpha_tot, 1.0, 0.0, np.inf)
    if keep == "hard":
        return _solved(f * alpha_tot, f, 0.0, float(norm.isf((1.0 - f) / 2.0)))
    return _solved(f * alpha_tot, f, float(norm.isf(f / 2.0)), np.inf)


def _solved(alpha: float, f: float, low: float, high: float) -> Student:
    from scipy.optimize import brentq

    def margin(R: float) -> float:
        return float(
            brentq(lambda k: _spread(R, k, f, low, high) * alpha - (1.0 - R * R), -FAR / 2, 1e4,
                   xtol=1e-13)
        )  # fmt: skip

    def gap(angle: float) -> float:
        R = float(np.cos(angle))
        return R - alpha * _pull(R, margin(R), f, low, high)

    # In the angle both ends are regular: R = 1 at zero, no overlap at a right angle.
    angle = float(brentq(gap, 1e-5, 0.5 * np.pi - 1e-9, xtol=1e-13))
    R = float(np.cos(angle))
    return Student(R, margin(R))


def _spread(R: float, kappa: float, f: float, low: float, high: float) -> float:
    """Mean of (kappa - t)^2 over the examples inside the margin, t their field before learning."""
    from scipy.special import ndtr

    s = float(np.sqrt(1.0 - R * R))
    t, weight = _nodes(kappa, s, R, low, high)
    inside = ndtr((high - R * t) / s) - ndtr((low - R * t) / s)
    return float(np.sum(weight * 2.0 / f * inside * (kappa - t) ** 2))


def _pull(R: float, kappa: float, f: float, low: float, high: float) -> float:
    """Half the fall of that mean with R: what the examples pull the student to the teacher."""
    s = float(np.sqrt(1.0 - R * R))
    t, weight = _nodes(kappa, s, R, low, high)
    edges = np.exp(-0.5 * ((low - R * t) / s) ** 2) - np.exp(-0.5 * ((high - R * t) / s) ** 2)
    return float(np.sum(weight * 2.0 / (f * _ROOT_2PI * s) * edges * (kappa - t)))


def _nodes(kappa: float, s: float, R: float, *edges: float) -> tuple[FloatArray, FloatArray]:
    """Nodes t and weights, the normal density in them, from -FAR to kappa.

    Panels are narrow around t = edge/R, where the kept interval begins and ends.
    """
    top = min(kappa, FAR)
    cuts = {-FAR, top, 0.0}
    for edge in edges:
        if np.isfinite(edge):
            cuts |= {edge * R + k * s for k in (-WIDTH, -3.0, 0.0, 3.0, WIDTH)}
            cuts |= {edge / max(R, 0.1) + k * s for k in (-3.0, 0.0, 3.0)}
    ends = np.array(sorted(cut for cut in cuts if -FAR <= cut <= top))
    x, w = _legendre()
    half = 0.5 * np.diff(ends)[:, None]
    t = (0.5 * (ends[1:] + ends[:-1])[:, None] + half * x).ravel()
    return t, (half * w).ravel() * np.exp(-0.5 * t * t) / _ROOT_2PI


@cache
def _legendre() -> tuple[FloatArray, FloatArray]:
    x, w = np.polynomial.legendre.leggauss(N_NODES)
    return np.asarray(x), np.asarray(w)
