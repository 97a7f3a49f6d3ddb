"""What a reason to doubt runs may look at: sizes, tokens, losses, the law through most of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from isoflop.core.arrays import BoolArray, FloatArray, IntArray
from isoflop.core.runs import Runs
from isoflop.validate.suspicion.surface import Surface, strays

FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020
DERIVED = 1e-9  # of ln FLOP: compute this near 6ND everywhere was derived from it


@dataclass(frozen=True, eq=False)
class Evidence:
    """The runs and what most of them say.

    Attributes
    ----------
    N, D, loss : (n_runs,)
    surface : robust fit of the additive law to the open rows
    open : (n_runs,) rows that nothing has claimed yet
    """

    runs: Runs
    N: FloatArray
    D: FloatArray
    loss: FloatArray
    surface: Surface
    open: BoolArray

    @property
    def rows(self) -> IntArray:
        """Indices of the open rows."""
        return np.flatnonzero(self.open)

    @cached_property
    def excess(self) -> FloatArray:
        """ln loss above the law, (n_runs,)."""
        return np.asarray(np.log(self.loss) - self.surface.log_loss(self.N, self.D))

    @cached_property
    def score(self) -> FloatArray:
        """The excess in standard deviations of a further run (noise and doubt of the law)."""
        return self.surface.studentised(self.N, self.D, self.loss)

    @cached_property
    def flop_ratio(self) -> FloatArray | None:
        """C/(6ND), (n_runs,), NaN where unknown; None if the table holds no compute of its own."""
        C = self.column("flops")
        if C is None:
            return None
        with np.errstate(all="ignore"):
            ratio = C / (FLOP_PER_PARAMETER_TOKEN * self.N * self.D)
        ratio[~(ratio > 0.0)] = np.nan
        known = np.abs(np.log(ratio[np.isfinite(ratio)]))
        return ratio if len(known) and known.max() > DERIVED else None

    @cached_property
    def stray(self) -> BoolArray:
        """Rows with tokens per parameter that no design has beside those of the others."""
        return strays(self.N, self.D, self.open)

    def column(self, name: str) -> FloatArray | None:
        """A numeric column with NaN where it is empty, None if the table has no such numbers."""
        table = self.runs.table
        if name not in table.columns or not table[name].dtype.is_numeric():
            return None
        return table[name].cast(pl.Float64).fill_null(float("nan")).to_numpy().copy()

    def corrected(
        self,
        rows: IntArray,
        *,
        N: FloatArray | None = None,
        D: FloatArray | None = None,
        loss: FloatArray | None = None,
    ) -> FloatArray:
        """The score that these rows would have with other sizes, tokens or losses."""
        return self.surface.score(
            self.N[rows] if N is None else N,
            self.D[rows] if D is None else D,
            self.loss[rows] if loss is None else loss,
        )

    def within(self, N: FloatArray, D: FloatArray, room: float) -> BoolArray:
        """Whether points lie within a factor ``room`` of the rows the law rests on."""
        core = self.surface.accepted
        inside = np.ones(np.broadcast(N, D).shape, dtype=bool)
        for values, known in ((N, self.N[core]), (D, self.D[core])):
            inside &= (values >= known.min() / room) & (values <= known.max() * room)
        return inside
