"""A part of the table set apart by a factor in the loss: another recipe, data set or optimiser."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.kind import Claim, Kind
from isoflop.validate.suspicion.regression import regress, split
from isoflop.validate.suspicion.whitened import Whitened, whitened

CERTAIN = 10.0  # rise of ln likelihood for an offset of a named column, per two levels
UNNAMED = 13.0  # rise of ln likelihood for an offset of unknown rows
LEAST = 0.006  # of ln loss: a smaller offset decides nothing
FEWEST = 3  # rows of a level or part
SMALL = 0.12  # share of rows below which a part is a few odd runs, not a recipe
MOST_LEVELS = 6
SEPARATE = 2.6  # offset in standard deviations below which unnamed parts cannot be told apart
DESIGN = {
    "row",
    "run_id",
    "params",
    "tokens",
    "flops",
    "loss",
    "steps",
    "step",
    "seed",
    "params_non_embedding",
    "params_other",
    "params_active",
    "tokens_unique",
    "epochs",
    "batch_tokens",
    "width",
    "depth",
    "heads",
    "d_ff",
    "lr",
    "n_devices",
    "cost_usd",
    "wall_seconds",
    "status",
    "loss_convention",
    "params_convention",
    "flops_convention",
}
_DO = (
    "fit the parts apart, or together with a factor each: "
    "isoflop fit --by COLUMN --share alpha,beta"
)


def find(evidence: Evidence) -> Iterator[Claim]:
    regression = whitened(evidence)
    if regression is None:
        return
    named = _by_column(evidence, regression)
    claim = named if named is not None else _unnamed(regression)
    if claim is not None:
        yield claim


def _by_column(evidence: Evidence, w: Whitened) -> Claim | None:
    best: tuple[float, Claim] | None = None
    for name in evidence.runs.columns:
        levels = _levels(evidence, name, w)
        if levels is None:
            continue
        values, labels = levels
        largest = int(np.argmax(np.bincount(labels)))
        others = [i for i in range(len(values)) if i != largest]
        dummies = np.stack([(labels == i) * w.unit for i in others], axis=1)
        fit = regress(w.y, np.column_stack([w.X, dummies]))
        rise = fit.log_likelihood - w.plain.log_likelihood
        offsets, errors = fit.coefficients[-len(others) :], fit.sd[-len(others) :]
        apart = (np.abs(offsets) > LEAST) & (np.abs(offsets) > 4.0 * errors)
        if rise < CERTAIN + 2.0 * (len(others) - 1) or not apart.any():
            continue
        chosen = np.isin(labels, [others[i] for i in np.flatnonzero(apart)])
        said = ", ".join(
            f"{values[others[i]]} {np.expm1(offsets[i]):+.1%}" for i in np.flatnonzero(apart)
        )
        claim = Claim(
            w.rows[chosen],
            np.full(int(chosen.sum()), rise),
            f"the column '{name}' sets them apart from {values[largest]}: loss {said}",
            _DO.replace("COLUMN", name),
        )
        if best is None or rise > best[0]:
            best = (rise, claim)
    return None if best is None else best[1]


def _levels(evidence: Evidence, name: str, w: Whitened) -> tuple[list[str], np.ndarray] | None:
    """Labels of a column of few levels, each with enough rows; None if it is no such column."""
    series = evidence.runs.table[name]
    if name in DESIGN or name.startswith(("loss/", "score/", "floor/", "share/")):
        return None
    if not (series.dtype == pl.String or series.dtype == pl.Boolean or series.dtype.is_numeric()):
        return None
    texts = np.array(evidence.runs.text(name))[w.rows]
    values, labels, count = np.unique(texts, return_inverse=True, return_counts=True)
    few = 2 <= len(values) <= MOST_LEVELS
    return (values.tolist(), labels.ravel()) if few and count.min() >= FEWEST else None


def _unnamed(w: Whitened) -> Claim | None:
    n = len(w.y)
    residual = w.y - w.X @ w.plain.coefficients
    order = np.argsort(np.argsort(residual))
    starts = [order >= n * share for share in (0.25, 0.5, 0.75)] + [residual > 0]
    fits = [split(w.y, w.X, w.unit, start.astype(float)) for start in starts]
    fit = max(fits, key=lambda item: item.log_likelihood)
    rise = fit.log_likelihood - w.plain.log_likelihood
    offset = float(fit.coefficients[-1])
    part = fit.share > 0.5
    if part.mean() > 0.5:
        part, offset = ~part, -offset
    sure = float(np.mean(np.maximum(fit.share, 1.0 - fit.share)))
    gap = abs(offset) * float(np.median(w.unit)) / fit.scale
    enough = part.sum() >= max(FEWEST + 1, SMALL * n)
    if rise < UNNAMED or abs(offset) < LEAST or not enough or sure < 0.9 or gap < SEPARATE:
        return None
    return Claim(
        w.rows[part],
        np.full(int(part.sum()), rise),
        f"their losses lie {np.expm1(offset):+.1%} from the rest at equal size and tokens, with "
        "little in between; no column tells why",
        "find out what these runs share (recipe, data, optimiser) and add it as a column",
    )


KIND = Kind("mixed", "W609", "group", "a part set apart by a factor in the loss", find)
