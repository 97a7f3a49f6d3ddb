"""Utility and half-life of pools of data by grid search, one prefactor for all pools (X17).

The authors search a grid because gradient fits were unstable; here every point of it is visited,
not a random tenth, and the grid is refined around the best.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError
from isoflop.core.explain import Finding
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law

Form = Literal["qqt", "qqt_code", "qqt_effective"]
UTILITY = (-0.5, -0.005)  # qqt2024 code
HALF_LIFE = (1.0, 10.0)  # passes; qqt2024 code
PREFACTOR: dict[Form, tuple[float, float]] = {  # the source's 1e-4 to 0.02 is of its code's form
    "qqt": (0.05, 2.0),  # assumption: error above d after 100,000 samples
    "qqt_code": (1e-4, 0.02),
    "qqt_effective": (1e-4, 0.02),
}
N_GRID = (50, 30, 40)  # utility, half-life, prefactor
ROUNDS = 6  # refinements, each to a quarter of the range


@dataclass(frozen=True)
class PoolRuns:
    """Runs on one pool: samples seen and error, (n_runs,) each; samples in the pool."""

    seen: FloatArray
    error: FloatArray
    size: float


@dataclass(frozen=True)
class Pool:
    """A pool with its utility on the first pass and the passes after which it is halved."""

    name: str
    size: float
    b: float
    tau: float


@dataclass(frozen=True)
class PoolFit:
    """Pools under one form, sorted from best utility to worst.

    Attributes
    ----------
    squared_error : sum over all runs
    warnings : parameters at an edge of the grid
    """

    form: Form
    a: float
    d: float
    pools: tuple[Pool, ...]
    squared_error: float
    warnings: tuple[Finding, ...]


def fit_pools(pools: Mapping[str, PoolRuns], *, d: float, form: Form = "qqt") -> PoolFit:
    """Least squared error over the grid; for each prefactor every pool has its own best point.

    Parameters
    ----------
    d : error that no data removes; the source holds 0.1 for ImageNet.
    form : which of the three published formulas.

    Raises
    ------
    DataError
        E546 if a pool has fewer than three runs, or none with a second pass.
    """
    _check(pools)
    law = get_law(form)
    spans = {name: [UTILITY, HALF_LIFE] for name in pools}
    prefactors = PREFACTOR[form]
    best: dict[str, tuple[float, float]] = {}
    total, a = np.inf, float("nan")
    for _ in range(ROUNDS):
        grid = np.geomspace(*prefactors, N_GRID[2])
        costs, points = np.zeros(len(grid)), {}
        for name, runs in pools.items():
            costs_here, points[name] = _search(law, runs, grid, spans[name], d)
            costs += costs_here
        k = int(np.argmin(costs))
        if costs[k] < total:
            total, a = float(costs[k]), float(grid[k])
            best = {name: (float(p[k, 0]), float(p[k, 1])) for name, p in points.items()}
        prefactors = _narrowed(prefactors, a, PREFACTOR[form], log=True)
        for name, (b, tau) in best.items():
            u, h = spans[name]
            spans[name] = [_narrowed(u, b, UTILITY), _narrowed(h, tau, HALF_LIFE)]
    found = tuple(Pool(name, pools[name].size, *best[name]) for name in pools)
    ordered = tuple(sorted(found, key=lambda pool: pool.b))
    return PoolFit(form, a, d, ordered, total, _at_edges(ordered, a, PREFACTOR[form]))


def _search(
    law: Law, runs: PoolRuns, prefactors: FloatArray, spans: list[tuple[float, float]], d: float
) -> tuple[FloatArray, FloatArray]:
    """Least cost (n_a,) and its b and tau (n_a, 2), for every prefactor."""
    b, tau = (x.ravel() for x in np.meshgrid(
        np.linspace(*spans[0], N_GRID[0]), np.linspace(*spans[1], N_GRID[1]), indexing="ij"
    ))  # fmt: skip
    costs, points = np.empty(len(prefactors)), np.empty((len(prefactors), 2))
    inputs = [runs.seen, np.full(len(runs.seen), runs.size)]
    for i, a in enumerate(prefactors.tolist()):
        sets = np.column_stack([np.full(len(b), a), b, tau, np.full(len(b), d)])
        error = np.sum((law.evaluate(inputs, sets) - runs.error) ** 2, axis=1)
        k = int(np.argmin(error))
        costs[i], points[i] = error[k], (b[k], tau[k])
    return costs, points


def _narrowed(
    span: tuple[float, float], at: float, limits: tuple[float, float], log: bool = False
) -> tuple[float, float]:
    """A quarter of a range around a point, inside the limits."""
    if log:
        low, high = _narrowed(_logs(span), float(np.log(at)), _logs(limits))
        return float(np.exp(low)), float(np.exp(high))
    half = 0.125 * (span[1] - span[0])
    return max(at - half, limits[0]), min(at + half, limits[1])


def _logs(span: tuple[float, float]) -> tuple[float, float]:
    return float(np.log(span[0])), float(np.log(span[1]))


def _at_edges(
    pools: tuple[Pool, ...], a: float, prefactor: tuple[float, float]
) -> tuple[Finding, ...]:
    found = []
    edges = [("a", a, prefactor)]
    for pool in pools:
        edges += [
            (f"b of {pool.name}", pool.b, UTILITY),
            (f"tau of {pool.name}", pool.tau, HALF_LIFE),
        ]
    for name, value, (low, high) in edges:
        if min(abs(value - low), abs(value - high)) < 1e-3 * (high - low):
            found.append(Finding("W546", f"{name} = {value:.4g} is at the edge of its grid."))
    return tuple(found)


def _check(pools: Mapping[str, PoolRuns]) -> None:
    for name, runs in pools.items():
        if len(np.unique(runs.seen)) < 3 or not (runs.seen > runs.size).any():
            raise DataError(
                f"Pool '{name}' has {len(np.unique(runs.seen))} budgets, the largest "
                f"{runs.seen.max() / runs.size:.2g} passes.",
                where=f"pool '{name}'",
                matters="utility and its half-life need three budgets, one with repeats.",
                do="train on the pool for more than one pass as well.",
                code="E546",
            )
