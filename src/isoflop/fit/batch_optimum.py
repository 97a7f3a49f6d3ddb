"""Best batch by a parabola in ln B at each size and length, and how it grows.

State which resource is held: at a fixed budget the best batch lies below that at fixed tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError

LEAST = 3  # batches of a parabola
RESAMPLES = 400  # assumption: ends of an 80% interval to about a tenth of its width


@dataclass(frozen=True)
class BatchOptimum:
    """The best batch of one size and length.

    Attributes
    ----------
    batch : tokens; loss : at it.
    curvature : second derivative of the loss in ln B.
    """

    batch: float
    loss: float
    curvature: float

    def penalty(self, batch: float) -> float:
        """Loss above the optimum at another batch, nat/token."""
        return 0.5 * self.curvature * float(np.log(batch / self.batch)) ** 2


@dataclass(frozen=True)
class BatchLaw:
    """best batch = exp(start) * product of inputs ** exponents.

    Attributes
    ----------
    copies : (n_copies, 1 + n_inputs) start and exponents of the resampled fits.
    lost : resamples in which a group had no minimum or the line was not determined.
    """

    start: float
    exponents: FloatArray
    copies: FloatArray
    lost: int

    def at(self, *inputs: float) -> float:
        """The best batch, tokens."""
        return float(np.exp(self.start + np.log(inputs) @ self.exponents))

    def interval(self, *inputs: float, level: float = 0.8) -> tuple[float, float]:
        """Its interval from the resampled fits."""
        values = np.exp(self.copies @ np.array([1.0, *np.log(inputs)]))
        lo, hi = np.quantile(values, [0.5 - level / 2.0, 0.5 + level / 2.0])
        return float(lo), float(hi)


def batch_optimum(batch: FloatArray, loss: FloatArray) -> BatchOptimum:
    """Vertex of the least-squares parabola of the loss in ln B.

    Parameters
    ----------
    batch, loss : (n_runs,) tokens and final loss at one size and length, rates tuned.

    Raises
    ------
    FitError
        E534 with fewer than three batches, or a vertex that is no minimum within them.
    """
    if len(np.unique(batch)) < LEAST:
        raise _no_optimum(f"{len(np.unique(batch))} batches are no parabola")
    centre = float(np.log(batch).mean())
    x = np.log(batch) - centre
    bend, slope, level = np.polyfit(x, loss, 2)
    vertex = -slope / (2.0 * bend) if bend > 0.0 else np.inf
    if not x.min() <= vertex <= x.max():
        raise _no_optimum("the lowest loss lies at an edge of the batches tried")
    return BatchOptimum(
        float(np.exp(centre + vertex)), float(level + 0.5 * slope * vertex), float(2.0 * bend)
    )


def batch_law(
    inputs: FloatArray,
    groups: Sequence[tuple[FloatArray, FloatArray]],
    *,
    seed: int,
    resamples: int = RESAMPLES,
) -> BatchLaw:
    """Least squares of ln best batch on ln inputs, with resampling of runs within groups.

    Parameters
    ----------
    inputs : (n_groups, n_inputs) compute, or tokens, or size and tokens.
    groups : batch and loss of the runs of each.

    Raises
    ------
    FitError
        E534 if a group has no optimum, or there are too few groups for the exponents.

    Source
    ------
    shuai2024: the two regimes; the parabola and the resampling as the catalogue proposes.
    """
    optima = [batch_optimum(batch, loss) for batch, loss in groups]
    design = np.column_stack([np.ones(len(groups)), np.log(inputs)])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise _no_optimum(f"{len(groups)} groups do not determine {design.shape[1]} numbers")
    whole = _line(design, optima)
    rng = np.random.default_rng(seed)
    copies, lost = [], 0
    for _ in range(resamples):
        try:
            copies.append(_line(design, [_resampled(rng, *group) for group in groups]))
        except FitError:
            lost += 1
    kept = np.array(copies).reshape(-1, design.shape[1])
    return BatchLaw(float(whole[0]), whole[1:], kept, lost)


def _line(design: FloatArray, optima: Sequence[BatchOptimum]) -> FloatArray:
    heights = np.log([optimum.batch for optimum in optima])
    return np.asarray(np.linalg.lstsq(design, heights, rcond=None)[0])


def _resampled(rng: np.random.Generator, batch: FloatArray, loss: FloatArray) -> BatchOptimum:
    chosen = rng.integers(0, len(batch), len(batch))
    return batch_optimum(batch[chosen], loss[chosen])


def _no_optimum(why: str) -> FitError:
    return FitError(
        f"There is no best batch here: {why}.",
        where="runs of one size and length",
        matters="the end of a range is no minimum.",
        do="add batches beyond the end where the loss is lowest.",
        code="E534",
    )
