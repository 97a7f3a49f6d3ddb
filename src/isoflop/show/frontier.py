"""The compute-efficient frontier as numbers: the best split of each budget into size and tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.compute import FLOP_PER_PARAMETER_TOKEN
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit

_SPLITS = 241  # sizes tried per budget; the minimum is then refined by a parabola in log size
_SPAN = 4.5  # decades of tokens per parameter searched either side; assumption: optima lie within
_MOST_SETS = 200  # parameter sets used for bands in figures; more change no band visibly
_WINDOW = 0.08  # decades of compute counted as one budget, about 20%; assumption
_SAME = 0.01  # assumption: within 1% the convention is 6ND, as in core.compute
_FEWEST = 3  # distinct sizes that make a slice: fewer show no minimum


@dataclass(frozen=True, eq=False)
class Frontier:
    """Best split of each budget, for every parameter set.

    Attributes
    ----------
    flops : (n,) FLOP
    parameters, tokens, loss : (n_sets, n); the first row is the point fit
    """

    flops: FloatArray
    parameters: FloatArray
    tokens: FloatArray
    loss: FloatArray


def is_split_law(fit: Fit) -> bool:
    """Whether the law predicts from size and tokens alone, so that a budget has a best split."""
    return set(fit.law.inputs) == {"N", "D"}


def flop_per_parameter_token(runs: Runs | None) -> float:
    """How compute relates to size times tokens in a table: the median, 6 where it is unknown."""
    if runs is None or not all(runs.has(name) for name in ("N", "D", "C")):
        return FLOP_PER_PARAMETER_TOKEN
    found = float(np.median(runs.values("C") / (runs.values("N") * runs.values("D"))))
    close = abs(found / FLOP_PER_PARAMETER_TOKEN - 1) < _SAME
    return FLOP_PER_PARAMETER_TOKEN if close else found


def frontier(fit: Fit, flops: FloatArray, *, per_pair: float) -> Frontier:
    """The frontier by search on a grid of sizes, refined; for any law in N and D.

    Parameters
    ----------
    flops : (n,) budgets
    per_pair : FLOP per parameter and token.
    """
    sets = np.vstack([_point(fit), fit.draws[:_MOST_SETS]])
    pairs = flops / per_pair
    half = np.linspace(-_SPAN / 2, _SPAN / 2, _SPLITS)
    log_n = np.log10(pairs / 20.0)[:, None] / 2 + half  # hoffmann2022: near 20 tokens a parameter
    columns = {"N": 10.0**log_n, "D": pairs[:, None] / 10.0**log_n}
    inputs = [columns[symbol].ravel() for symbol in fit.law.inputs]
    loss = fit.law.evaluate(inputs, sets).reshape(len(sets), len(flops), _SPLITS)
    best = np.clip(np.argmin(loss, axis=-1), 1, _SPLITS - 2)
    left, middle, right = (
        np.take_along_axis(loss, (best + step)[..., None], -1)[..., 0] for step in (-1, 0, 1)
    )
    curvature = np.maximum(left - 2 * middle + right, 1e-300)
    shift = np.clip(0.5 * (left - right) / curvature, -0.5, 0.5)
    size = 10.0 ** (log_n[np.arange(len(flops)), best] + shift * (half[1] - half[0]))
    return Frontier(flops, size, pairs / size, middle - 0.125 * (left - right) ** 2 / curvature)


def budgets_of(runs: Runs, *, most: int = 9) -> list[tuple[float, IntArray]]:
    """Groups of runs of nearly equal compute: (budget, indices), the fullest first chosen, sorted.

    A group has at least three sizes; runs at no shared budget are in none.
    """
    log_c, size = np.log10(runs.values("C")), runs.values("N")
    free = np.ones(len(runs), dtype=bool)
    groups: list[tuple[float, IntArray]] = []
    while len(groups) < most:
        inside = (log_c >= log_c[:, None]) & (log_c <= log_c[:, None] + _WINDOW)
        inside &= free & free[:, None]
        chosen = inside[int(np.argmax(inside.sum(axis=1)))]
        if len(np.unique(size[chosen])) < _FEWEST:
            break
        groups.append(
            (float(10 ** np.median(log_c[chosen])), np.flatnonzero(chosen).astype(np.int64))
        )
        free &= ~chosen
    return sorted(groups, key=lambda group: group[0])


def efficient_runs(flops: FloatArray, loss: FloatArray) -> IntArray:
    """Indices of the runs that no cheaper run beats, in order of compute."""
    order: IntArray = np.lexsort((loss, flops)).astype(np.int64)
    best = np.minimum.accumulate(loss[order])
    return order[np.r_[True, loss[order][1:] < best[:-1]]]


def _point(fit: Fit) -> FloatArray:
    return np.array([[fit.values[name] for name in fit.law.parameter_names]])
