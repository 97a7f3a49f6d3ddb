"""Which of three regions of data parallelism a batch lies in, from its steps to one loss."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from isoflop.fit.critical.method import Study
from isoflop.fit.critical_fit import CriticalBatch

Region: TypeAlias = Literal["perfect scaling", "diminishing returns", "maximum parallelism"]

WASTE = 0.2  # zhang2024: 20% more than linear scaling promises
RISES = 1.1  # assumption: tokens that fall by less than a tenth are scatter


def region(found: CriticalBatch, batch: float) -> Region:
    """The region of a batch under a fitted hyperbola with or without a plateau.

    Perfect scaling ends where the curve needs 20% more tokens than its fewest; maximum parallelism
    begins where it needs at most 20% more steps than its fewest.
    """
    if float(found.steps(np.array([batch]))[0]) <= (1.0 + WASTE) * found.steps_min:
        return "maximum parallelism"
    critical = found.searched[1] if found.value is None else found.value
    return "perfect scaling" if batch <= WASTE * critical else "diminishing returns"


def falling_tokens(study: Study) -> list[tuple[float, float]]:
    """Pairs of neighbouring batches of which the larger needed fewer tokens, by over a tenth.

    Tokens to a loss cannot fall with the batch when every batch is tuned (shallue2018).
    """
    tokens = study.tokens
    falls = np.flatnonzero(tokens[:-1] > RISES * tokens[1:])
    return [(float(study.batch[i]), float(study.batch[i + 1])) for i in falls]


def regions(found: CriticalBatch) -> dict[float, Region]:
    """The region of every batch of the study."""
    return {float(batch): region(found, float(batch)) for batch in found.study.batch}
