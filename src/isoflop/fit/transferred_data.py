"""What pre-training is worth in data: read off curves from scratch, then fitted (hernandez2021).

The data transferred to a fine-tuned run is what a run from scratch of the same size would have
needed for the same loss, less the fine-tuning data itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.core.errors import DataError

TOO_MUCH = 0.1  # hernandez2021: share of the data for full performance; more is left out


@dataclass(frozen=True)
class Trained:
    """Runs of one kind, (n,) each: size, data (tokens or characters, one unit throughout), loss."""

    N: FloatArray
    D: FloatArray
    loss: FloatArray


@dataclass(frozen=True)
class Transfer:
    """D_T = k * D_F^alpha * N^beta, with standard errors and what was left out.

    Attributes
    ----------
    errors : standard errors of ln k, alpha and beta
    D_T : (n_finetuned,) data transferred; NaN where the curve from scratch does not reach the loss
    used : (n_finetuned,) runs in the regression
    n_beyond, n_negative, n_ossified : left out: loss outside the curves, no gain, too much data
    """

    k: float
    alpha: float
    beta: float
    errors: tuple[float, float, float]
    D_T: FloatArray
    used: BoolArray
    n_beyond: int
    n_negative: int
    n_ossified: int

    @property
    def exchange_rate(self) -> float:
        """Relative growth of the model worth a relative growth of the data, alpha/beta."""
        return self.alpha / self.beta

    def multiplier(self, N: float, D_F: float) -> float:
        """How many times its own size the fine-tuning data is worth, (D_F + D_T)/D_F."""
        return 1.0 + float(self.k * D_F ** (self.alpha - 1.0) * N**self.beta)


def transferred_data(scratch: Trained, finetuned: Trained) -> Transfer:
    """Data transferred to each fine-tuned run, and its law.

    Parameters
    ----------
    scratch : runs without pre-training at the same sizes, several amounts of data each.
    finetuned : runs whose D is the fine-tuning data.

    Raises
    ------
    DataError
        E559 if a size has no curve from scratch, or fewer than four runs, one size or one amount
        of data are left.
    """
    needed, full = _scratch_data(scratch, finetuned)
    D_T = needed - finetuned.D
    beyond = np.isnan(needed)
    ossified = ~beyond & (finetuned.D / full > TOO_MUCH)
    negative = ~beyond & ~ossified & ~(D_T > 0.0)
    used = ~(beyond | ossified | negative)
    logs = np.log(np.stack([finetuned.D[used], finetuned.N[used]]))
    if used.sum() < 4 or (np.ptp(logs, axis=1) == 0.0).any():
        raise DataError(
            f"{int(used.sum())} of {len(used)} fine-tuned runs are left, too few or all alike.",
            where=f"{int(beyond.sum())} beyond the curves from scratch, {int(ossified.sum())} with "
            f"too much data, {int(negative.sum())} without a gain",
            matters="three numbers need four runs at two sizes and two amounts of data.",
            do="fine-tune on less data, or train longer from scratch.",
            code="E559",
        )
    design = np.column_stack([np.ones(int(used.sum())), *logs])
    answer = np.log(D_T[used])
    solved = np.linalg.lstsq(design, answer, rcond=None)[0]
    rest = answer - design @ solved
    variance = float(rest @ rest) / max(len(answer) - 3, 1)
    errors = np.sqrt(variance * np.diag(np.linalg.inv(design.T @ design)))
    return Transfer(
        k=float(np.exp(solved[0])),
        alpha=float(solved[1]),
        beta=float(solved[2]),
        errors=(float(errors[0]), float(errors[1]), float(errors[2])),
        D_T=D_T,
        used=used,
        n_beyond=int(beyond.sum()),
        n_negative=int(negative.sum()),
        n_ossified=int(ossified.sum()),
    )


def _scratch_data(scratch: Trained, finetuned: Trained) -> tuple[FloatArray, FloatArray]:
    """Data each fine-tuned loss needs from scratch, and the most any curve of its size has."""
    needed, full = np.empty((2, len(finetuned.N)))
    for size in np.unique(finetuned.N):
        rows, mine = np.equal(scratch.N, size), np.equal(finetuned.N, size)
        order = np.argsort(scratch.D[rows])
        data = scratch.D[rows][order]
        # A later, higher loss is noise: interpolate on what was reached so far.
        losses = np.minimum.accumulate(scratch.loss[rows][order])
        if len(data) < 2:
            raise DataError(
                f"There is no curve from scratch for {size:g} parameters.",
                where=f"{int(rows.sum())} runs from scratch of this size",
                matters="the data transferred is measured against it.",
                do="train this size from scratch on two amounts of data or more.",
                code="E559",
            )
        needed[mine] = np.exp(
            np.interp(
                -np.log(finetuned.loss[mine]),
                -np.log(losses),
                np.log(data),
                left=np.nan,
                right=np.nan,
            )
        )
        full[mine] = data[-1]
    return needed, full
