"""Tells a run that blew up from one that is only noisy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

FACTOR = 3.0  # times the lowest loss so far; assumption: no recovery from there within the run
PATIENCE_SHARE = 0.1  # of all steps above the factor, one after another
PATIENCE_LEAST = 50  # steps: spikes after warm-up last less


@dataclass
class Watch:
    """Follows the training loss of one run.

    Parameters
    ----------
    steps : of the whole run.
    lowest : loss so far.
    above : steps in a row that were above the factor.
    """

    steps: int
    lowest: float = math.inf
    above: int = 0

    def see(self, losses: Sequence[float]) -> int | None:
        """Take in the next losses; the index of the one at which the run counts as diverged."""
        patience = max(PATIENCE_LEAST, round(PATIENCE_SHARE * self.steps))
        for i, loss in enumerate(losses):
            if not math.isfinite(loss):
                return i
            self.lowest = min(self.lowest, loss)
            self.above = self.above + 1 if loss > FACTOR * self.lowest else 0
            if self.above >= patience:
                return i
        return None
