"""A column of compute that is not what 6ND, or the rest of the column, says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.kind import Claim, Kind
from isoflop.validate.suspicion.trend import trend

OFF = 0.12  # of ln FLOP beyond the trend of the others; porian2024 matches slices within 10%
CONSTANT = 0.02  # spread of ln(C/6ND) that attention and embeddings exceed over a range of sizes
WHOLE = 0.25  # of ln FLOP: a constant factor this large is a way of counting
LOW, HIGH = -0.25, 1.3  # of ln FLOP: no attention or embedding term reaches these; assumption
AGREES = 5.0  # standard deviations: farther rows have another fault than their compute
STRENGTH = 12.0  # standard deviations; bookkeeping that contradicts itself
_NAMED = {
    1 / 3: "forward pass only (2ND)",
    1 / 2: "multiply-adds counted as one",
    2 / 3: "backward pass only (4ND)",
    4 / 3: "with recomputed activations (8ND)",
    1e-3: "thousands (a prefix of FLOP)",
    1e-12: "TFLOP",
    1e-15: "PFLOP",
    1e-18: "EFLOP",
    1 / 8.64e19: "PFLOP-days",
}
_SAME = 0.05  # of ln FLOP: a factor this near is named


def find(evidence: Evidence) -> Iterator[Claim]:
    ratio = evidence.flop_ratio
    if ratio is None:
        return
    rows = evidence.rows[np.isfinite(ratio[evidence.rows])]
    if len(rows) < 6:
        return
    q = np.log(ratio[rows])
    middle = float(np.median(q))
    is_constant = abs(middle) > WHOLE and np.mean(np.abs(q - middle) < CONSTANT) > 0.9
    if is_constant or np.mean((q < LOW) | (q > HIGH)) > 0.9:
        yield Claim(
            rows,
            np.full(len(rows), STRENGTH),
            f"compute is {np.exp(middle):.4g} times 6ND in nearly every row{_words(middle)}",
            "say how it was counted, or leave the column out (--map C=) and let 6ND stand for it",
        )
        return
    off = q - trend(np.log(evidence.N[rows]), q)
    spread = 1.4826 * float(np.median(np.abs(off)))
    wrong = np.abs(off) > max(OFF, 6.0 * spread)
    few = wrong.mean() < 0.5
    wrong &= (np.abs(evidence.score[rows]) < AGREES) & ~evidence.stray[rows]
    if wrong.any() and few:
        factor = float(np.median(off[wrong]))
        yield Claim(
            rows[wrong],
            np.full(int(wrong.sum()), STRENGTH),
            f"compute is {np.exp(off[wrong].min()):.4g} to {np.exp(off[wrong].max()):.4g} times "
            f"what the other rows lead one to expect from 6ND{_words(factor)}, while their losses "
            "agree with their sizes and tokens",
            "correct the column in these rows; sizes and tokens are more trustworthy",
        )


def _words(log_factor: float) -> str:
    near = min(_NAMED, key=lambda factor: abs(np.log(factor) - log_factor))
    return f" ({_NAMED[near]})" if abs(np.log(near) - log_factor) < _SAME else ""


KIND = Kind("flop_label", "W612", "record", "compute counted in another way or unit", find)
