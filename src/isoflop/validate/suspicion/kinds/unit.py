"""Losses, tokens or sizes of some rows in another unit: a fixed factor brings them home."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.kind import Claim, Kind
from isoflop.validate.suspicion.known import ON_GRID, on_grid

FAR = 5.0  # standard deviations off as they stand
NEAR = 3.0  # standard deviations off after the factor
ROOM = 2.0  # factor beyond the other runs that a corrected row may lie
TAIL = 0.3  # share of the factor, in logs, from which other rows count as a tail; assumption
LEAST_WINDOW = 0.02  # of ln loss: a factor of the loss must be met this closely; assumption

LOSS_FACTORS = {
    "bit/token instead of nat/token": math.log(2.0),
    "nat/token divided by ln 2 the wrong way": 1.0 / math.log(2.0),
    "log base 10 instead of nats": math.log(10.0),
    "thousandths": 1e-3,
    "percent": 1e-2,
}
COUNT_FACTORS = {"thousands": 1e3, "millions": 1e6, "billions": 1e9}
SEQUENCES = (512.0, 1024.0, 2048.0, 4096.0, 8192.0)  # usual context lengths
ABSURD = 0.1  # tokens per parameter of a whole table that nobody trains at; assumption


def find(evidence: Evidence) -> Iterator[Claim]:
    yield from _losses(evidence)
    for column in ("tokens", "params"):
        yield from _counts(evidence, column)
    yield from _whole_table(evidence)


def _losses(evidence: Evidence) -> Iterator[Claim]:
    rows = evidence.rows
    now = evidence.score[rows]
    for words, factor in LOSS_FACTORS.items():
        then = evidence.corrected(rows, loss=evidence.loss[rows] * factor)
        left = np.abs(evidence.excess[rows] + math.log(factor))
        sd = evidence.surface.scale
        near = (np.abs(then) < NEAR) & (left < max(LEAST_WINDOW, NEAR * sd))
        far = np.abs(now) > FAR
        fits = far & near
        # Rows strewn between the law and the factor are a tail that crosses it, not a unit.
        strewn = far & ~near & (-evidence.excess[rows] * np.sign(math.log(factor)) > 0.0)
        strewn &= np.abs(evidence.excess[rows]) > TAIL * abs(math.log(factor))
        if fits.sum() > 2 * strewn.sum():
            yield Claim(
                rows[fits],
                20.0 - then[fits] ** 2,
                f"losses are {1.0 / factor:.4g} times what the law says for their size and tokens, "
                f"as {words} would be",
                f"multiply the losses by {factor:.4g} (--loss-unit converts a whole table)",
            )


def _counts(evidence: Evidence, column: str) -> Iterator[Claim]:
    rows = evidence.rows
    now = evidence.score[rows]
    for words, factor in _factors(evidence, column).items():
        size = factor[rows] if isinstance(factor, np.ndarray) else np.full(len(rows), factor)
        N = evidence.N[rows] * (size if column == "params" else 1.0)
        D = evidence.D[rows] * (size if column == "tokens" else 1.0)
        with np.errstate(invalid="ignore"):
            then = evidence.corrected(rows, N=N, D=D)
            odd = (np.abs(now) > FAR) | evidence.stray[rows]
            fits = odd & (np.abs(then) < NEAR) & evidence.within(N, D, ROOM)
        if fits.any():
            bonus = ON_GRID * on_grid(evidence, N[fits], D[fits])
            yield Claim(
                rows[fits],
                np.minimum(np.abs(now[fits]) - np.abs(then[fits]), 50.0) - then[fits] ** 2 + bonus,
                f"{column} look like {words}: multiplied by {np.median(size[fits]):.4g} the losses "
                f"lie within {np.abs(then[fits]).max():.1f} sd of the law of the others; as "
                f"they stand {np.abs(evidence.excess[rows[fits]]).min():.0%} or more off it",
                f"multiply {column} of these rows by {np.median(size[fits]):.4g}",
            )


def _factors(evidence: Evidence, column: str) -> dict[str, float | FloatArray]:
    found: dict[str, float | FloatArray] = dict(COUNT_FACTORS)
    if column == "params":
        return found
    length, batch = evidence.column("seq_len"), evidence.column("batch_tokens")
    if length is not None:
        found["sequences (of seq_len tokens)"] = length
    else:
        found |= {f"sequences of {int(size)}": size for size in SEQUENCES}
    if batch is not None:
        found["steps (of batch_tokens)"] = batch
    return found


def _whole_table(evidence: Evidence) -> Iterator[Claim]:
    """All tokens in one wrong unit: hardly any per parameter, and FLOP that say otherwise."""
    ratio = evidence.flop_ratio
    typical = float(np.median(evidence.D / evidence.N))
    if typical >= ABSURD or ratio is None:
        return
    factor = float(np.nanmedian(ratio))
    if factor > 100.0 and 0.5 < typical * factor < 1e4:
        rows = evidence.rows
        yield Claim(
            rows,
            np.full(len(rows), 200.0),
            f"{typical:.2g} tokens per parameter in the middle of the table, and FLOP that ask for "
            f"{factor:.4g} times as many: tokens are in thousands, sequences or another unit",
            f"multiply tokens by the size of their unit, about {factor:.4g}",
        )


KIND = Kind("unit", "W608", "record", "losses, tokens or sizes in another unit", find)
