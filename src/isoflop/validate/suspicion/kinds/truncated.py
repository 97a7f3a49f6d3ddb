"""Runs that stopped before their schedule did."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.core.arrays import IntArray
from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.kind import Claim, Kind

SHORT = 0.97  # share of the listed tokens below which a run stopped early
AGREES = 0.02  # most rows must agree this closely before one that does not is named
STRENGTH = 30.0  # standard deviations; the log says so itself
STOPPED = (
    "killed",
    "preempted",
    "timeout",
    "cancelled",
    "canceled",
    "stopped",
    "incomplete",
    "running",
    "interrupted",
    "truncated",
)
_DO = "finish the runs, or enter the tokens they saw; a rate that was not decayed still costs loss"


def find(evidence: Evidence) -> Iterator[Claim]:
    yield from _said(evidence)
    yield from _by_steps(evidence)
    yield from _by_flops(evidence)


def _said(evidence: Evidence) -> Iterator[Claim]:
    runs = evidence.runs
    if "status" not in runs.columns:
        return
    status = [text.lower() for text in runs.text("status")]
    rows = np.array([i for i in evidence.rows.tolist() if status[i] in STOPPED], dtype=np.int64)
    if len(rows):
        yield _claim(rows, "the table says that they ended early")


def _by_steps(evidence: Evidence) -> Iterator[Claim]:
    steps, batch = evidence.column("steps"), evidence.column("batch_tokens")
    if steps is None or batch is None:
        return
    share = (steps * batch / evidence.D)[evidence.rows]
    known = np.isfinite(share)
    rows, share = evidence.rows[known], share[known]
    if len(rows) < 5:
        return
    middle = float(np.median(share))
    short = share < SHORT * middle
    if np.mean(np.abs(share / middle - 1.0) < AGREES) < 0.55 or not short.any():
        return
    yield _claim(
        rows[short],
        f"steps times batch make {share[short].min() / middle:.0%} to "
        f"{share[short].max() / middle:.0%} of the tokens listed, in the other rows all of them",
    )


def _by_flops(evidence: Evidence) -> Iterator[Claim]:
    """Less compute than the listed tokens need, and a loss that fits the fewer tokens better."""
    ratio = evidence.flop_ratio
    if ratio is None:
        return
    rows = evidence.rows[np.isfinite(ratio[evidence.rows])]
    if len(rows) < 6:
        return
    q = np.log(ratio[rows])
    near = np.abs(np.log(evidence.N[rows])[:, None] - np.log(evidence.N[rows])[None, :]) < 0.5
    usual = np.array([np.median(q[mask]) for mask in near])
    off = q - usual
    spread = 1.4826 * float(np.median(np.abs(off)))
    short = (off < min(np.log(SHORT) * 2.0, -6.0 * spread)) & (off > np.log(0.1))
    short &= np.mean(np.abs(off) < AGREES + 3.0 * spread) > 0.7
    now = evidence.score[rows]
    then = evidence.corrected(rows, D=evidence.D[rows] * np.exp(off))
    found = short & (now > 3.0) & (then < now - 1.5) & (then > -3.0)
    if found.any():
        yield _claim(
            rows[found],
            f"compute is enough for {np.exp(off[found].min()):.0%} to "
            f"{np.exp(off[found].max()):.0%} of the tokens listed, and the losses are "
            f"{now[found].min():.0f} sd or more above the law for all of them",
        )


def _claim(rows: IntArray, why: str) -> Claim:
    return Claim(rows, np.full(len(rows), STRENGTH), why, _DO)


KIND = Kind("truncated", "W607", "record", "runs that stopped before their schedule did", find)
