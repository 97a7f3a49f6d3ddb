"""The shortest possible training: more devices need larger batches, larger batches waste tokens.

Source: lamypoirier2021 (2106.02679): steps to a loss are S_min*(1 + B_crit/B), and a step is at
least one micro-batch through the network with all useful parallelism: n_max = (B/b)*t*p devices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError


@dataclass(frozen=True)
class Limits:
    """What bounds the time.

    Parameters
    ----------
    flop : of the run at a batch far below the critical one.
    flop_per_second : one device attains.
    critical_batch : sequences.
    smallest : sequences of the smallest micro-batch that is efficient.
    model_parallel : devices that usefully share one micro-batch, tensor times pipeline.
    """

    flop: float
    flop_per_second: float
    critical_batch: float
    smallest: float = 1.0
    model_parallel: float = 1.0

    def __post_init__(self) -> None:
        if min(vars(self).values()) <= 0.0:
            raise UsageError(
                f"{self} cannot be.",
                where="limits",
                matters="the wall would be meaningless.",
                do="give positive numbers.",
                code="E582",
            )

    @property
    def wall(self) -> float:
        """Seconds that no number of devices falls below."""
        least = self.flop * self.smallest / (self.critical_batch * self.model_parallel)
        return least / self.flop_per_second


@dataclass(frozen=True)
class Shortest:
    """Times over numbers of devices.

    Attributes
    ----------
    devices, batch, seconds : (n,); the batch is the smallest that keeps all devices busy.
    extra : (n,) device-time over that of one device.
    """

    devices: FloatArray
    batch: FloatArray
    seconds: FloatArray
    extra: FloatArray

    def to_dict(self) -> dict[str, list[float]]:
        """Plain fields, for JSON."""
        return {name: list(map(float, values)) for name, values in vars(self).items()}


def shortest_times(limits: Limits, devices: FloatArray) -> Shortest:
    """Least training time on each number of devices: C*(1 + B/B_crit)/(n*speed).

    At the critical batch both steps and examples are twice their minimum.
    """
    n = np.asarray(devices, dtype=float)
    batch = n * limits.smallest / limits.model_parallel
    waste = 1.0 + batch / limits.critical_batch
    seconds = limits.flop * waste / (n * limits.flop_per_second)
    one = 1.0 + limits.smallest / limits.model_parallel / limits.critical_batch
    return Shortest(n, batch, seconds, waste / one)
