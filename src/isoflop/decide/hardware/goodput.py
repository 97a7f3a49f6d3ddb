"""Failures, checkpoints and the share of wall time that trains (H08)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from isoflop.core.errors import UsageError

# Llama 3: 419 unexpected interruptions in 54 days on 16,384 devices (catalogue H08, read).
HOURS_A_FAILURE = 54 * 24 * 16_384 / 419


@dataclass(frozen=True)
class Reliability:
    """How a job is interrupted and how it saves itself.

    Parameters
    ----------
    device_hours : of work between two failures.
    write_seconds : a checkpoint keeps the job waiting.
    restart_seconds : from a failure until training goes on.
    """

    device_hours: float = HOURS_A_FAILURE
    # Assumptions that agree with Llama 3: more than 90% of its time was effective (H08, read).
    write_seconds: float = 10.0
    restart_seconds: float = 600.0

    def __post_init__(self) -> None:
        if min(self.device_hours, self.write_seconds) <= 0.0 or self.restart_seconds < 0.0:
            raise UsageError(
                f"{self} cannot be.",
                where="failures",
                matters="the share of time that trains would be meaningless.",
                do="give positive hours a failure and seconds a checkpoint.",
                code="E582",
            )


@dataclass(frozen=True)
class Goodput:
    """Attributes
    ----------
    between_failures : seconds, of the whole job.
    checkpoint_every : seconds, the best interval sqrt(2*write*MTBF) (H08).
    share : of wall time that trains.
    """

    between_failures: float
    checkpoint_every: float
    share: float


def goodput(devices: int, reliability: Reliability | None = None) -> Goodput:
    """Share of wall time that trains: 1 - write/tau - tau/(2*MTBF) - restart/MTBF.

    Raises
    ------
    PlanError
        E587 if failures come faster than the job recovers.
    """
    chosen = reliability or Reliability()
    mtbf = 3600.0 * chosen.device_hours / devices
    every = sqrt(2.0 * chosen.write_seconds * mtbf)
    lost = lost_share(every, mtbf, chosen)
    if lost >= 1.0:
        from isoflop.core.errors import PlanError

        raise PlanError(
            f"{devices} devices fail every {mtbf:.3g} s: the job never gets on.",
            where=f"{chosen.device_hours:g} device-hours a failure",
            matters="more time is lost to checkpoints and restarts than there is.",
            do="write checkpoints faster, restart faster, or use fewer devices.",
            code="E587",
        )
    return Goodput(mtbf, every, 1.0 - lost)


def lost_share(every: float, mtbf: float, reliability: Reliability) -> float:
    """Share of wall time lost with a checkpoint every ``every`` seconds."""
    waiting = reliability.write_seconds / every
    return waiting + every / (2.0 * mtbf) + reliability.restart_seconds / mtbf
