"""A small model sampled often against a large one, at equal cost (brown2024)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray

FLOP_PER_TOKEN = 2.0  # times parameters, forward pass only


@dataclass(frozen=True)
class Sampled:
    """A model that answers by sampling.

    Attributes
    ----------
    params : parameters used for a token
    tokens : generated a sample
    coverage : (n,) samples -> (n,) share of problems solved
    """

    params: float
    tokens: float
    coverage: Callable[[FloatArray], FloatArray]

    @property
    def flop(self) -> float:
        """FLOP of one sample."""
        return FLOP_PER_TOKEN * self.params * self.tokens


@dataclass(frozen=True)
class EqualCost:
    """Both models at one cost.

    Attributes
    ----------
    samples : of the small model; whole, so it never costs more than the large one
    gain : coverage of the small model less that of the large one
    breaks_even_at : fewest samples with which the small one is as good; None within the search
    """

    samples: int
    small: float
    large: float
    gain: float
    breaks_even_at: int | None


def at_equal_cost(small: Sampled, large: Sampled, large_samples: int = 1) -> EqualCost:
    """Coverage of a small model for the price of the large one's samples.

    The verifier must be exact: with votes or a fallible one coverage is not what users get.
    """
    samples = int(large_samples * large.flop / small.flop)
    goal = float(large.coverage(np.array([float(large_samples)]))[0])
    reached = float(small.coverage(np.array([float(samples)]))[0]) if samples >= 1 else 0.0
    tried = np.unique(np.round(np.geomspace(1.0, 1e6, 2000)))
    enough = np.flatnonzero(small.coverage(tried) >= goal)
    even = int(tried[enough[0]]) if len(enough) else None
    return EqualCost(samples, reached, goal, reached - goal, even)
