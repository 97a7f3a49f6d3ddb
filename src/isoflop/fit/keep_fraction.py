"""Best share of documents to keep at each budget, and how it grows with compute (X27).

A parabola of the metric in ln f at each budget; its vertex is a line in ln C.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError
from isoflop.fit.batch_optimum import BatchLaw, batch_law
from isoflop.laws.quality.keep_fraction import UNIT


@dataclass(frozen=True, eq=False)
class KeepFraction:
    """ln f = p + q*ln(C/1e20), resampled within budgets.

    Attributes
    ----------
    p, q : of ``keep_fraction``
    """

    line: BatchLaw

    @property
    def q(self) -> float:
        """Growth of the best share with compute; positive is expected."""
        return float(self.line.exponents[0])

    @property
    def p(self) -> float:
        """Log of the best share at 1e20 FLOP."""
        return self.line.start + self.q * float(np.log(UNIT))

    def share(self, C: float, level: float = 0.8) -> tuple[float, float, float]:
        """Best share at a budget, and its interval; one where all is worth keeping."""
        lo, hi = self.line.interval(C, level=level)
        return min(self.line.at(C), 1.0), min(lo, 1.0), min(hi, 1.0)


def fit_keep_fraction(
    C: FloatArray,
    groups: Sequence[tuple[FloatArray, FloatArray]],
    *,
    seed: int,
    higher_is_better: bool = False,
) -> KeepFraction:
    """Fit the vertices.

    Parameters
    ----------
    C : (n_budgets,) FLOP
    groups : share kept and metric (n_runs,) of the runs of each budget
    higher_is_better : for scores; a loss otherwise

    Raises
    ------
    FitError
        E549 where a budget has no optimum inside its shares, or there are fewer than two budgets.
    """
    sign = -1.0 if higher_is_better else 1.0
    try:
        line = batch_law(C[:, None], [(f, sign * metric) for f, metric in groups], seed=seed)
    except FitError as error:
        raise FitError(
            f"There is no best share to keep: {error.what.partition(': ')[2] or error.what}",
            where=f"{len(C)} budgets",
            matters="the end of a range is no optimum, and growth needs two budgets.",
            do="measure shares on both sides of the best one at each budget.",
            code="E549",
        ) from error
    return KeepFraction(line)
