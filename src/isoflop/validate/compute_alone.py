"""Does only compute matter? A nested test of the null model against the split (guo2024)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import DataError
from isoflop.core.runs import Runs

SIGNIFICANT = 0.05  # two-sided
SPARE = 2  # rows beyond the parameters of the larger model; assumption


@dataclass(frozen=True)
class NestedTest:
    """Loss on log10 C alone, and with ln(D/N) beside it.

    Attributes
    ----------
    slope, level : of the null model, per decade of compute and at 1 FLOP
    split : nats per e-fold of tokens per parameter, in the larger model
    t, p : t statistic of ``split`` and its two-sided p value
    error_alone, error_split : root mean square error with one family (or run) left out
    """

    slope: float
    level: float
    split: float
    t: float
    p: float
    error_alone: float
    error_split: float
    n: int

    @property
    def is_significant(self) -> bool:
        """Whether the split of compute explains loss that compute alone does not."""
        return self.p < SIGNIFICANT

    @property
    def split_helps(self) -> bool:
        """Whether the larger model forecasts what was left out better."""
        return self.error_split < self.error_alone

    def __repr__(self) -> str:
        word = "matters" if self.is_significant else "is not seen"
        return "\n".join(
            (
                f"Beside compute, the split into size and tokens {word} (p = {self.p:.2g})",
                f"  {self.split:+.4f} nats per e-fold of D/N, t = {self.t:.1f}, {self.n} runs",
                f"  left-out error {self.error_alone:.4f} alone, {self.error_split:.4f} with it",
            )
        )


def compute_alone(runs: Runs, *, by: str | None = None, target: str = "loss") -> NestedTest:
    """Test whether ln(D/N) adds to a line in log compute.

    Near the best split the loss is flat in D/N, so the null model holds within a factor of about
    four; far from it the split matters. A law that cannot beat this null has shown nothing.

    Parameters
    ----------
    by : column of the families to leave out; single runs without it.

    Raises
    ------
    DataError
        E523 with too few runs or families, or a constant column.

    Source
    ------
    guo2024 (the claim); least squares and the t test are standard.
    """
    from scipy.stats import t as student

    N, D = runs.values("N"), runs.values("D")
    C = runs.values("C") if runs.has("C") else 6.0 * N * D
    y = runs.values(target)
    ones = np.ones(len(y))
    alone = np.column_stack([ones, np.log10(C)])
    whole = np.column_stack([alone, np.log(D / N)])
    groups = _groups([str(i) for i in range(len(y))] if by is None else runs.text(by))
    _check(len(y), groups, int(np.linalg.matrix_rank(whole - whole.mean(axis=0) * [0, 1, 1])))
    null = np.linalg.lstsq(alone, y, rcond=None)[0]
    found = np.linalg.lstsq(whole, y, rcond=None)[0]
    left = y - whole @ found
    free = len(y) - whole.shape[1]
    variance = float(left @ left) / free * np.linalg.inv(whole.T @ whole)[2, 2]
    t = float(found[2] / np.sqrt(variance))
    return NestedTest(
        slope=float(null[1]),
        level=float(null[0]),
        split=float(found[2]),
        t=t,
        p=float(2.0 * student.sf(abs(t), free)),
        error_alone=_left_out(alone, y, groups),
        error_split=_left_out(whole, y, groups),
        n=len(y),
    )


def _left_out(columns: FloatArray, y: FloatArray, groups: IntArray) -> float:
    missed = np.empty_like(y)
    for group in np.unique(groups):
        own = groups == group
        line = np.linalg.lstsq(columns[~own], y[~own], rcond=None)[0]
        missed[own] = y[own] - columns[own] @ line
    return float(np.sqrt(np.mean(missed**2)))


def _groups(labels: list[str]) -> IntArray:
    return np.unique(np.asarray(labels), return_inverse=True)[1].astype(np.int64)


def _check(n: int, groups: IntArray, rank: int) -> None:
    if n >= 3 + SPARE and len(np.unique(groups)) >= 3 and rank == 3:
        return
    raise DataError(
        f"{n} runs in {len(np.unique(groups))} families cannot tell compute from its split.",
        where="columns params, tokens, flops",
        matters="both must vary, each on its own, in at least five runs and three families.",
        do="add runs at other tokens per parameter, or leave the families out (no by).",
        code="E523",
    )
