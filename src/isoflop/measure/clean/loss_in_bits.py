"""Rows whose loss is 1/ln 2 times what all the others say: bits among nats.

The others must be tight around a log-quadratic surface in size and tokens, nothing may lie between
them and the suspects, and a suspect must lie among them; an outlier at the edge is left alone.
"""

from __future__ import annotations

import math

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.measure.clean.rule import Evidence, Hit, Rule

_STEP = -math.log(math.log(2))  # log of bits per nat, 0.3665
_MIN_ROWS = 12  # twice the coefficients of the surface
_TIGHT = 0.05  # scatter of log loss below which the test is made; assumption
_WINDOW = 0.06  # distance from the step that still counts; assumption
_FEW = 0.2  # larger shares are not a slip in some rows
_ROUNDS = 60


def _find(evidence: Evidence, argument: float | None) -> list[Hit]:
    import polars as pl

    if not evidence.has("params", "tokens", "loss"):
        return []
    positive = (pl.col("params") > 0) & (pl.col("tokens") > 0) & (pl.col("loss") > 0)
    table = evidence.table.filter(positive.fill_null(False))
    logs = [np.log(table[name].to_numpy()) for name in ("params", "tokens", "loss")]
    suspects = suspect_rows(*logs)
    rows, losses = table["row"].to_numpy(), table["loss"].to_numpy()
    return [
        Hit(int(row), f"loss {loss:.4g} is 1.44 times its neighbours', as bits among nats would be")
        for row, loss in zip(rows[suspects], losses[suspects], strict=True)
    ]


def suspect_rows(log_params: FloatArray, log_tokens: FloatArray, log_loss: FloatArray) -> BoolArray:
    """True where a loss stands one factor 1/ln 2 above the surface of the rest, (n_runs,)."""
    nothing = np.zeros(len(log_loss), dtype=bool)
    if len(log_loss) < _MIN_ROWS:
        return nothing
    design = _quadratic(_standard(log_params), _standard(log_tokens))
    high = log_loss - design @ _robust_fit(design, log_loss) > _STEP / 2
    if not high.any() or high.mean() > _FEW:
        return nothing
    coefficients = np.linalg.lstsq(design[~high], log_loss[~high], rcond=None)[0]
    residual = log_loss - design @ coefficients
    scatter = 1.4826 * float(np.median(np.abs(residual[~high])))  # of a normal, from its MAD
    near = np.abs(residual - _STEP) < min(_WINDOW, 3 * scatter + 0.02)
    inside = _leverage(design, ~high) <= _leverage(design, ~high)[~high].max()
    suspects: BoolArray = high & near & inside
    unexplained = inside & ~suspects & (residual > _STEP / 3)
    return nothing if scatter > _TIGHT or unexplained.any() else suspects


def _leverage(design: FloatArray, among: BoolArray) -> FloatArray:
    """How far out in the design each row lies, seen from some of the rows."""
    inverse = np.linalg.pinv(design[among].T @ design[among])
    found: FloatArray = np.einsum("ij,jk,ik->i", design, inverse, design)
    return found


def _standard(values: FloatArray) -> FloatArray:
    spread = float(values.std())
    centred: FloatArray = values - values.mean()
    return centred / spread if spread > 0 else centred


def _quadratic(x: FloatArray, y: FloatArray) -> FloatArray:
    return np.column_stack([np.ones_like(x), x, y, x * x, x * y, y * y])


def _robust_fit(design: FloatArray, target: FloatArray) -> FloatArray:
    """Least absolute deviations by reweighted least squares."""
    coefficients = np.zeros(design.shape[1])
    weights = np.ones(len(target))
    for _ in range(_ROUNDS):
        root = np.sqrt(weights)
        solved = np.linalg.lstsq(design * root[:, None], target * root, rcond=None)[0]
        coefficients = np.asarray(solved, dtype=np.float64)
        weights = 1 / np.maximum(np.abs(target - design @ coefficients), 1e-4)
    return coefficients


RULE = Rule(
    name="loss_in_bits",
    code="W106",
    default=True,
    takes=None,
    about="a few losses are 1.44 times what the rest of the table says",
    find=_find,
)
