"""What an estimator of compute-optimal allocation takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.explain import Finding
from isoflop.core.quantities import format_count

BUDGET_TOLERANCE = 0.10  # porian2024: runs within 10% of a budget belong to its slice


@dataclass(frozen=True)
class Points:
    """Runs as arrays, each (n_runs,): parameters, tokens, FLOP, loss."""

    N: FloatArray
    D: FloatArray
    C: FloatArray
    loss: FloatArray

    def take(self, which: IntArray) -> Points:
        """The runs of given indices."""
        return Points(self.N[which], self.D[which], self.C[which], self.loss[which])


def no_minimum(budgets: Sequence[float]) -> Finding:
    """What is said of budgets whose best size lies at an edge of the sizes tried."""
    named = ", ".join(format_count(budget) for budget in budgets)
    many = "budgets" if len(budgets) > 1 else "budget"
    text = f"no minimum inside the sizes tried at the {many} {named} FLOP; left out."
    return Finding("W331", text)


@dataclass(frozen=True)
class PowerLaw:
    """value = coefficient * C^exponent."""

    coefficient: float
    exponent: float

    def at(self, C: float) -> float:
        """The value at a budget."""
        return float(self.coefficient * C**self.exponent)


@dataclass(frozen=True)
class Allocation:
    """Optimal size and tokens as power laws of compute, by one estimator.

    Attributes
    ----------
    budgets, N, D, loss : (n_budgets,) the minima behind the regression; NaN where unbracketed
    """

    estimator: str
    N_law: PowerLaw
    D_law: PowerLaw
    budgets: FloatArray
    N: FloatArray
    D: FloatArray
    loss: FloatArray
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Estimator:
    """A named way from runs to an allocation."""

    name: str
    about: str
    source: str
    estimate: Callable[[Points], Allocation]


def slices(points: Points) -> list[tuple[float, Points]]:
    """Runs grouped by compute budget, ascending: a new group starts where C jumps by over 10%."""
    order = np.argsort(points.C, kind="stable")
    ordered = points.take(order)
    jumps = np.flatnonzero(np.diff(np.log(ordered.C)) > np.log1p(BUDGET_TOLERANCE)) + 1
    groups = np.split(np.arange(len(order)), jumps)
    return [(float(np.median(ordered.C[g])), ordered.take(g)) for g in groups]


def power_law(C: FloatArray, values: FloatArray, weights: FloatArray | None = None) -> PowerLaw:
    """Weighted least-squares line of ln value on ln C.

    Parameters
    ----------
    weights : (n,) inverse variances; equal when None.
    """
    x, y = np.log(C), np.log(values)
    w = np.ones(len(x)) if weights is None else weights
    mean_x, mean_y = np.average(x, weights=w), np.average(y, weights=w)
    slope = np.sum(w * (x - mean_x) * (y - mean_y)) / np.sum(w * (x - mean_x) ** 2)
    return PowerLaw(float(np.exp(mean_y - slope * mean_x)), float(slope))
