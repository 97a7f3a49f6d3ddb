"""What fixed unique data allow when compute is free: infinite members, then size (kim2025)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError
from isoflop.core.runs import Runs
from isoflop.core.table import ROW
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law

FEWEST = 4  # points of a series; kim2025


@dataclass(frozen=True, eq=False)
class JointAsymptote:
    """The limit of infinitely many members of infinite size.

    Attributes
    ----------
    value, lo, hi : nat/token; no interval without resamples
    by_size : fit of the members at each size, {parameters: fit}
    of_size : fit of their asymptotes in size
    """

    value: float
    lo: float | None
    hi: float | None
    by_size: Mapping[float, Fit]
    of_size: Fit

    def __repr__(self) -> str:
        span = "" if self.lo is None else f" ({self.lo:.4g}, {self.hi:.4g})"
        return "\n".join(
            (
                f"Joint asymptote {self.value:.4g}{span} nat/token",
                f"  members first, at {len(self.by_size)} sizes",
                "  then size",
            )
        )


def joint_asymptote(runs: Runs, *, draws: int = 50, seed: int = 0) -> JointAsymptote:
    """Extrapolate ensembles in members at each size, then their asymptotes in size.

    The order matters: members first. Each draw resamples the members' fits and solves size anew.

    Parameters
    ----------
    runs : rows with params, members and loss on the same unique tokens, weight decay tuned.

    Raises
    ------
    DataError
        E522 with fewer than four sizes, or a size with fewer than four ensembles.
    """
    groups = runs.groups("params")
    short = [
        name for name, part in groups.items() if len(np.unique(part.values("members"))) < FEWEST
    ]
    if len(groups) < FEWEST or short:
        raise DataError(
            f"{len(groups)} sizes, {len(short)} of them with fewer than {FEWEST} ensembles.",
            where=f"params {', '.join(short)}" if short else "column 'params'",
            matters="each limit is extrapolated along a series of its own.",
            do=f"give at least {FEWEST} sizes with {FEWEST} numbers of members each.",
            code="E522",
        )
    by_size: dict[float, Fit] = {}
    for part in groups.values():
        N = float(part.values("N")[0])
        by_size[N] = fit_law(part, "ensemble_size", resamples=draws, seed=seed)
    by_size = dict(sorted(by_size.items()))
    sizes = np.array(list(by_size))
    point = _of_size(sizes, np.array([fit.values["E_K"] for fit in by_size.values()]), runs)
    if not draws:
        return JointAsymptote(point.values["E_U"], None, None, by_size, point)
    drawn = np.column_stack([_column(fit, draws) for fit in by_size.values()])
    limits = [_of_size(sizes, row, runs).values["E_U"] for row in drawn]
    tail = 50.0 * (1.0 - point.level)
    lo, hi = np.percentile(limits, [tail, 100.0 - tail])
    return JointAsymptote(point.values["E_U"], float(lo), float(hi), by_size, point)


def _of_size(sizes: FloatArray, asymptotes: FloatArray, runs: Runs) -> Fit:
    table = pl.DataFrame({"params": sizes, "loss": asymptotes}).with_row_index(ROW, offset=1)
    return fit_law(replace(runs, table=table), "regularised_size", resamples=0)


def _column(fit: Fit, n: int) -> FloatArray:
    return np.resize(fit.draws[:, fit.law.parameter_names.index("E_K")], n)
