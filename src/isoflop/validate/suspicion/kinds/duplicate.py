"""The same run in the table twice under another name."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.kind import Claim, Kind

CERTAIN = 1e3  # standard deviations; nothing else explains equal digits
CHANCE = 0.03  # greatest probability that runs of equal size and tokens agree by chance

OWN = 0.85  # share of distinct values from which a column (seconds, rate) tells runs apart
DESIGN = ("params", "tokens", "flops", "loss", "row")


def find(evidence: Evidence) -> Iterator[Claim]:
    order = np.lexsort((evidence.rows, evidence.loss[evidence.rows]))
    rows = evidence.rows[order]
    twins = []
    for first, second in zip(rows[:-1].tolist(), rows[1:].tolist(), strict=True):
        same = (
            evidence.loss[first] == evidence.loss[second]
            and evidence.N[first] == evidence.N[second]
            and evidence.D[first] == evidence.D[second]
        )
        if same:
            twins.append((first, second))
    if not twins:
        return
    if not _same_measurement(evidence, twins) and _by_chance(evidence, len(twins)) > CHANCE:
        return
    names = ", ".join(
        f"row {evidence.runs.rows[b]} repeats row {evidence.runs.rows[a]}" for a, b in twins
    )
    copies = np.array([b for _, b in twins], dtype=np.int64)
    yield Claim(
        copies,
        np.full(len(copies), CERTAIN),
        f"{names}: equal in size, tokens and every digit of the loss, which noise does not allow",
        "keep one of each; if they are two seeds, read the losses again from their logs",
    )


def _same_measurement(evidence: Evidence, twins: list[tuple[int, int]]) -> bool:
    """Whether all twins share their seed, or a number that nearly every run has to itself."""
    for name in evidence.runs.columns:
        values = None if name in DESIGN else evidence.column(name)
        if values is None or not all(values[a] == values[b] for a, b in twins):
            continue
        if name == "seed" or len(np.unique(values)) >= OWN * len(values):
            return True
    return False


def _by_chance(evidence: Evidence, found: int) -> float:
    """Probability of that many equal losses among repeats, from the printed step of the losses."""
    from scipy.stats import poisson

    rows = evidence.rows
    losses = np.unique(evidence.loss[rows])
    step = _printed_step(losses)
    points = np.column_stack([evidence.N[rows], evidence.D[rows]])
    _, count = np.unique(points, axis=0, return_counts=True)
    pairs = float(np.sum(count * (count - 1) / 2))
    sd = evidence.surface.scale * float(np.median(losses))
    return float(poisson.sf(found - 1, pairs * step / (2.0 * np.sqrt(np.pi) * sd)))


def _printed_step(losses: np.ndarray) -> float:
    """The least power of ten that all losses are multiples of; 1e-12 if none is."""
    for digits in range(1, 12):
        if np.allclose(losses, np.round(losses, digits), rtol=0.0, atol=1e-13):
            return float(10.0**-digits)
    return 1e-12


KIND = Kind("duplicate", "W610", "record", "the same run twice under another name", find)
