"""Sizes that leave embeddings out (or in) while the rest of the table does not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.kind import Claim, Kind
from isoflop.validate.suspicion.trend import trend

STRENGTH = 14.0  # standard deviations; above a plain mismatch of compute, which it also explains
CLOSE = 0.04  # relative: a size that is met this closely is that count
APART = 0.06  # relative: two counts nearer than this cannot be told apart
OFF = 0.025  # of ln FLOP beyond the trend, which strays by less than this in healthy tables
WORSE = 6.0  # of summed squares: how much worse noise alone may make the corrected sizes
NORMAL_30 = 0.385  # of a standard normal: 30% of its absolute values lie below
FALLS = 0.5  # -d ln(missing) / d ln N of embeddings at least; they grow as N^(1/3) to N^(1/2)
_DO = "count all rows alike: --params, or isoflop's recount with vocab and width"


def find(evidence: Evidence) -> Iterator[Claim]:
    for claim in (_by_column(evidence), _by_shape(evidence), _by_flops(evidence)):
        if claim is not None:
            yield claim
            return


def _by_column(evidence: Evidence) -> Claim | None:
    """Size equals the column without embeddings in some rows and exceeds it in the others."""
    without = evidence.column("params_non_embedding")
    if without is None:
        return None
    rows = evidence.rows[np.isfinite(without[evidence.rows])]
    ratio = evidence.N[rows] / without[rows]
    same = np.abs(ratio - 1.0) < 1e-3
    more = ratio > 1.0 + APART
    if not same.any() or more.sum() < 3 or same.sum() > more.sum():
        return None
    return _claim(rows[same], "params equal params_non_embedding, in the other rows they exceed it")


def _by_shape(evidence: Evidence) -> Claim | None:
    """Layers and width say what each size leaves out: blocks weigh about the same everywhere."""
    parts = [evidence.column(name) for name in ("depth", "width", "vocab")]
    depth, width, vocab = parts
    if depth is None or width is None or vocab is None:
        return None
    table = vocab * width
    known = np.isfinite(depth * width * vocab) & (depth * width * vocab > 0)
    rows = evidence.rows[known[evidence.rows]]
    if len(rows) < 6:
        return None
    with np.errstate(all="ignore"):
        per_block = np.stack(
            [(evidence.N - m * table)[rows] / (depth * width**2)[rows] for m in range(3)]
        )
    middles = np.median(per_block, axis=1)
    spreads = np.array(
        [
            np.median(np.abs(one / middle - 1.0))
            for one, middle in zip(per_block, middles, strict=True)
        ]
    )
    spreads[middles <= 0] = np.inf
    usual = int(np.argmin(spreads))
    if spreads[usual] > CLOSE:
        return None
    off = np.abs(per_block / middles[usual] - 1.0)
    wrong = off[usual] > APART
    met = np.delete(off, usual, axis=0).min(axis=0) < CLOSE
    found = wrong & met
    if not found.any() or found.mean() >= 0.5:
        return None
    return _claim(
        rows[found],
        "by their layers, width and vocabulary these sizes count another number of vocabulary "
        f"matrices than the other rows, which count {usual}",
    )


def _by_flops(evidence: Evidence) -> Claim | None:
    """Compute asks for larger sizes, the more the smaller the model, and so do the losses."""
    ratio = evidence.flop_ratio
    if ratio is None:
        return None
    rows = evidence.rows[np.isfinite(ratio[evidence.rows])]
    if len(rows) < 8:
        return None
    q = np.log(ratio[rows])
    off = q - trend(np.log(evidence.N[rows]), q)
    # The third of rows nearest the trend is healthy even where nearly half of the table is not.
    wrong = off > max(OFF, 6.0 * float(np.quantile(np.abs(off), 0.3)) / NORMAL_30)
    if wrong.sum() < 3 or wrong.mean() > 0.6:
        return None
    suspects = rows[wrong]
    N = evidence.N[suspects] * np.exp(off[wrong])
    before = evidence.surface.score(
        evidence.N[suspects], evidence.D[suspects], evidence.loss[suspects]
    )
    after = evidence.corrected(suspects, N=N)
    gain = float(np.sum(np.minimum(before**2, 25.0) - np.minimum(after**2, 25.0)))
    log_N = np.log(evidence.N[suspects])
    if not _falls(log_N, off[wrong]) or (gain < -WORSE and not _on_a_line(log_N, off[wrong])):
        return None
    return _claim(
        suspects,
        f"compute asks for {np.exp(off[wrong].min()):.3g} to {np.exp(off[wrong].max()):.3g} times "
        "these sizes, most for the smallest, as sizes without embeddings would",
    )


def _falls(log_N: FloatArray, off: FloatArray) -> bool:
    """Whether what is missing shrinks, as a share, with size as an embedding table does."""
    if np.ptp(log_N) < 0.3:
        return False
    missing = np.log(np.expm1(off))
    slope = float(np.polyfit(log_N, missing, 1)[0])
    return -1.2 < slope < -FALLS + 0.25


def _on_a_line(log_N: FloatArray, off: FloatArray) -> bool:
    """Whether the missing share is a clean power of size over several sizes, as embeddings are."""
    sizes = len(np.unique(np.round(log_N, 2)))
    return sizes >= 4 and float(np.corrcoef(log_N, np.log(np.expm1(off)))[0, 1]) < -0.97


def _claim(rows: IntArray, why: str) -> Claim:
    return Claim(rows, np.full(len(rows), STRENGTH), why, _DO)


KIND = Kind("miscounted", "W611", "record", "sizes that count embeddings unlike the rest", find)
