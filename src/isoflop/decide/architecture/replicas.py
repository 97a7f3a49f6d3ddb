"""Training with replicas that meet rarely: settings, bandwidth and wall time (diloco2025)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import PlanError, UsageError
from isoflop.laws.catalogue import get_law, get_published

TOKENS_PER_PARAMETER = 20.0  # diloco2025, throughout
SEQUENCE = 2048.0  # tokens; the source does not state the unit of its batch, this is plausible
FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020
OUTER_RATES = {1: 0.4, 2: 0.6, 4: 0.6, 8: 0.8}  # at 30 inner steps, from 335M on
UTILISATIONS = (0.50, 0.80, 0.90, 0.95, 0.99)
# Gbit/s for a compute utilisation, 10B parameters, 0.8 s a step; 0: no DiLoCo, else inner steps.
BANDWIDTH: dict[int, tuple[float, ...]] = {
    0: (104.8, 184.2, 222.3, 222.3, 390.7),
    10: (16.0, 49.4, 86.8, 152.6, 222.3),
    100: (1.4, 6.2, 13.3, 23.3, 86.8),
    300: (0.5, 2.0, 4.3, 9.1, 41.0),
}


@dataclass(frozen=True)
class Settings:
    """Settings for one size and number of replicas, by the joint fits.

    Attributes
    ----------
    batch : global, in sequences of 2048 tokens (plausible reading of the source).
    """

    N: float
    M: int
    loss: float
    lr: float
    batch: float
    outer_lr: float

    @property
    def steps(self) -> float:
        """Inner steps for 20 tokens per parameter."""
        return TOKENS_PER_PARAMETER * self.N / (self.batch * SEQUENCE)


@dataclass(frozen=True)
class Cluster:
    """Machines: FLOP/s all together, and seconds to exchange one set of parameters."""

    flop_per_second: float
    exchange_seconds: float


@dataclass(frozen=True)
class Schedule:
    """A choice of replicas and inner steps, with its wall time."""

    settings: Settings
    inner_steps: int
    seconds: float


def settings_for(N: float, M: int) -> Settings:
    """Loss, inner rate, batch and outer rate for N parameters and M replicas.

    Raises
    ------
    UsageError
        E553 for a number of replicas outside the study.
    """
    if M not in OUTER_RATES:
        raise UsageError(
            f"{M} replicas were not studied.",
            where="M",
            matters="the outer rate is a table over replicas, not a law.",
            do=f"choose one of {', '.join(map(str, OUTER_RATES))}.",
            code="E553",
        )
    answers = []
    for quantity in ("loss", "lr", "batch"):
        law, published = get_published(f"diloco_{quantity}@diloco2025")
        answers.append(float(law.predict({"N": N, "replicas": float(M)}, published.values)[0]))
    loss, lr, batch = answers
    return Settings(N, M, loss, lr, batch, OUTER_RATES[M])


def wall_seconds(settings: Settings, inner_steps: int, cluster: Cluster) -> float:
    """steps * (compute + exchange/H)."""
    tokens = settings.batch * SEQUENCE
    compute = FLOP_PER_PARAMETER_TOKEN * settings.N * tokens / cluster.flop_per_second
    return settings.steps * (compute + cluster.exchange_seconds / inner_steps)


def fastest(
    N: float, cluster: Cluster, inner_steps: Sequence[int], *, most_loss: float
) -> Schedule:
    """Replicas and inner steps of least wall time whose forecast loss is allowed.

    The loss is that of 30 inner steps; it rises slowly with more of them, less in large models.

    Raises
    ------
    PlanError
        E553 if every number of replicas exceeds the loss allowed.
    """
    options = [settings_for(N, M) for M in OUTER_RATES]
    allowed = [one for one in options if one.loss <= most_loss]
    if not allowed:
        raise PlanError(
            f"No number of replicas reaches a loss of {most_loss:g} at {N:g} parameters.",
            where="most_loss",
            matters=f"the lowest forecast is {min(one.loss for one in options):.4g}.",
            do="allow more loss, or train a larger model.",
            code="E553",
        )
    rows = [Schedule(s, H, wall_seconds(s, H, cluster)) for s in allowed for H in inner_steps]
    return min(rows, key=lambda row: row.seconds)


def bandwidth(inner_steps: int, utilisation: float) -> float:
    """Gbit/s for a compute utilisation in the source's 10B case, between its columns in logs.

    Raises
    ------
    UsageError
        E553 outside the source's table.
    """
    inside = UTILISATIONS[0] <= utilisation <= UTILISATIONS[-1]
    if inner_steps not in BANDWIDTH or not inside:
        raise UsageError(
            f"The table has no {inner_steps} inner steps at a utilisation of {utilisation:g}.",
            where="bandwidth",
            matters="it was simulated for one model, not derived.",
            do=f"choose {', '.join(map(str, BANDWIDTH))} (0: no DiLoCo) and 0.5 to 0.99.",
            code="E553",
        )
    return float(np.exp(np.interp(utilisation, UTILISATIONS, np.log(BANDWIDTH[inner_steps]))))


def forecast(N: float, which: str) -> float:
    """Loss by the independent law of one method: dp, m1, m2, m4 or m8."""
    law = get_law("diloco_loss")
    values = law.coefficients(f"diloco2025-{which}").values
    return float(law.predict({"N": N, "replicas": 1.0}, values)[0])
