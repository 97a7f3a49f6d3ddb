"""The machines at hand, and how much compute a deadline or a sum of money buys on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from isoflop.core.errors import UsageError
from isoflop.core.quantities import format_count
from isoflop.decide.hardware.accelerator import Accelerator
from isoflop.decide.hardware.cost import planning_mfu
from isoflop.decide.hardware.goodput import goodput

DAY = 86_400.0  # seconds
HOUR = 3_600.0


@dataclass(frozen=True)
class Machines:
    """Accelerators that can be had.

    Parameters
    ----------
    mfu : share of the peak that model FLOP use, None for what is published for the chip.
    """

    chip: Accelerator
    devices: int
    precision: str = "bf16"
    mfu: float | None = None

    def __post_init__(self) -> None:
        if self.devices < 1 or not (self.mfu is None or 0.0 < self.mfu <= 1.0):
            raise UsageError(
                f"{self.devices} devices at a utilisation of {self.mfu} cannot be.",
                where="--devices, --mfu",
                matters="the compute of a deadline follows from them.",
                do="give one device or more, and a utilisation above 0 and up to 1.",
                code="E630",
            )

    @property
    def utilisation(self) -> tuple[float, float, float]:
        """(low, middle, high) share of the peak."""
        if self.mfu is not None:
            return (self.mfu,) * 3
        low, high = planning_mfu(self.chip)
        return low, 0.5 * (low + high), high

    @property
    def flop_per_second(self) -> tuple[float, float, float]:
        """(low, middle, high) of one device, time lost to failures included."""
        useful = self.chip.peak_flops(self.precision) * goodput(self.devices).share
        low, middle, high = self.utilisation
        return useful * low, useful * middle, useful * high

    @property
    def price(self) -> tuple[float, float] | None:
        """(low, high) USD of a device-hour; None where no price may be used."""
        price = self.chip.price
        if price is None or (price.recalled and not self.chip.accept_recalled):
            return None
        return price.low, price.high

    def days(self, flop: float) -> tuple[float, float, float]:
        """(value, low, high) days of a run on all devices."""
        slow, middle, fast = (flop / (one * self.devices) / DAY for one in self.flop_per_second)
        return middle, fast, slow

    def usd(self, flop: float) -> tuple[float, float, float] | None:
        """(value, low, high) USD of a run, by the doubt of utilisation and price."""
        if self.price is None:
            return None
        low, high = self.price
        slow, middle, fast = (flop / one / HOUR for one in self.flop_per_second)
        return 0.5 * (low + high) * middle, low * fast, high * slow


@dataclass(frozen=True)
class ComputeLimit:
    """Training compute that one limit allows, FLOP.

    Attributes
    ----------
    name : budget, deadline or money.
    flop, lo, hi : what it buys, and the doubt of it.
    said : the limit in words.
    """

    name: str
    flop: float
    lo: float
    hi: float
    said: str


def compute_limits(
    budget: float | None, days: float | None, usd: float | None, machines: Machines | None
) -> tuple[ComputeLimit, ...]:
    """Every limit on training compute, the tightest first.

    Parameters
    ----------
    budget : FLOP.
    usd : counted at the high end of the price.

    Raises
    ------
    UsageError
        E630 for a deadline without machines or money without a price.
    """
    found = list(_limits(budget, days, usd, machines))
    return tuple(sorted(found, key=lambda limit: limit.flop))


def _limits(
    budget: float | None, days: float | None, usd: float | None, machines: Machines | None
) -> Iterator[ComputeLimit]:
    if budget is not None:
        yield ComputeLimit("budget", budget, budget, budget, f"{format_count(budget)} FLOP")
    if days is not None:
        if machines is None:
            raise _missing("A deadline needs machines.", "--days", "--chip NAME --devices NUMBER")
        seconds = machines.devices * days * DAY
        low, middle, high = (one * seconds for one in machines.flop_per_second)
        said = f"{days:g} days on {machines.devices} x {machines.chip.label}"
        yield ComputeLimit("deadline", middle, low, high, said)
    if usd is not None:
        if machines is None or machines.price is None:
            raise _missing(
                "A sum of money needs a price.",
                "--usd",
                "--chip NAME --set price=VALUE (USD a device-hour), or --recalled to accept the "
                "price in the chip's file",
            )
        hours = usd / machines.price[1]
        low, middle, high = (hours * HOUR * one for one in machines.flop_per_second)
        said = f"{usd:g} USD at {machines.price[1]:g} USD a device-hour"
        yield ComputeLimit("money", middle, low, high, said)


def _missing(what: str, where: str, do: str) -> UsageError:
    return UsageError(
        what,
        where=where,
        matters="it cannot be turned into training compute.",
        do=f"give {do}.",
        code="E630",
    )
