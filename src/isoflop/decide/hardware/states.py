"""Bytes of weights, gradients and optimiser states a parameter, and how sharding divides them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from isoflop.core.errors import unknown_name


@dataclass(frozen=True)
class States:
    """Bytes a parameter."""

    weights: float
    gradients: float
    optimizer: float

    @property
    def total(self) -> float:
        """All of them."""
        return self.weights + self.gradients + self.optimizer


# Optimiser: 4 for the 32-bit master copy and 4 + 4 for the moments of Adam (H02).
STATES: Mapping[str, States] = MappingProxyType(
    {
        "adam": States(2, 2, 12),
        "adam_fp32_gradients": States(2, 4, 12),
        "adam_bf16_moments": States(2, 2, 8),
        "adam_8bit": States(2, 2, 6),
        "adam_no_master": States(2, 2, 8),
        "muon": States(2, 2, 8),
        "adafactor": States(2, 2, 4),
        "sgd": States(2, 2, 4),
    }
)
OUTER = 8.0  # assumption: 32-bit copy and momentum of the outer optimiser of rare exchanges


def states_of(optimizer: str) -> States:
    """Bytes a parameter under an optimiser.

    Raises
    ------
    UsageError
        E101 for an unknown one.
    """
    if optimizer not in STATES:
        raise unknown_name("optimiser", optimizer, STATES, "isoflop hardware fit --help")
    return STATES[optimizer]


def sharded(states: States, parameters: float, ranks: int, zero: int) -> States:
    """Bytes on one device for ``parameters`` whose states are shared by ``ranks``.

    Source: catalogue H02; stage 1 shards the optimiser, 2 gradients too, 3 all.
    """

    def share(stage: int) -> float:
        return parameters / ranks if zero >= stage else parameters

    return States(
        states.weights * share(3), states.gradients * share(2), states.optimizer * share(1)
    )
