"""One layout with all it takes for a whole run, and the layouts that fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from isoflop.core.errors import PlanError
from isoflop.decide.hardware.accelerator import Accelerator
from isoflop.decide.hardware.candidates import Freedom, candidates
from isoflop.decide.hardware.cost import Bill, Site, bill
from isoflop.decide.hardware.efficiency import Efficiency
from isoflop.decide.hardware.goodput import Reliability, goodput
from isoflop.decide.hardware.layout import Job, Layout
from isoflop.decide.hardware.memory import Memory, memory_of
from isoflop.decide.hardware.step_time import StepTime, step_time

Constraint: TypeAlias = Literal["division", "memory", "deadline", "budget"]


@dataclass(frozen=True)
class Wish:
    """A run to place.

    Parameters
    ----------
    tokens : of the whole run.
    devices : numbers of devices to try.
    days, usd : most of each, None for no limit; money counts at the high end of the price.
    critical_batch : sequences; tokens grow by 1 + B/B_crit, None if ``tokens`` holds that already.
    """

    job: Job
    tokens: float
    devices: tuple[int, ...]
    days: float | None = None
    usd: float | None = None
    critical_batch: float | None = None

    @property
    def needed(self) -> float:
        """Tokens at this batch (H07)."""
        if self.critical_batch is None:
            return self.tokens
        return self.tokens * (1.0 + self.job.batch / self.critical_batch)


@dataclass(frozen=True)
class Setting:
    """Machines and what is known of them; ``efficiency`` None for what the chip's file assumes."""

    chip: Accelerator
    efficiency: Efficiency | None = None
    reliability: Reliability | None = None
    site: Site | None = None
    freedom: Freedom | None = None


@dataclass(frozen=True)
class Placed:
    """One layout with all it takes."""

    layout: Layout
    memory: Memory
    step: StepTime
    bill: Bill

    @property
    def days(self) -> tuple[float, float]:
        """(low, high) of the days, 80%, by the doubt of the step."""
        each = self.bill.days / self.step.seconds
        return each * self.step.low, each * self.step.high

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        low, high = self.days
        return {
            "days": {"value": self.bill.days, "lo": low, "hi": high, "level": 0.8},
            "layout": vars(self.layout) | {"devices": self.layout.devices},
            "memory": self.memory.to_dict(),
            "step": self.step.to_dict(),
            "bill": self.bill.to_dict(),
        }


def place(wish: Wish, layout: Layout, memory: Memory, setting: Setting) -> Placed:
    """Time and bill of the whole run on one layout."""
    step = step_time(wish.job, layout, setting.chip, setting.efficiency)
    share = goodput(layout.devices, setting.reliability).share
    seconds = wish.needed / step.tokens_per_second / share
    hours = seconds * layout.devices / 3600.0
    return Placed(layout, memory, step, bill(hours, layout.devices, setting.chip, setting.site))


def ranked(wish: Wish, setting: Setting, devices: int) -> list[Placed]:
    """Plans on a number of devices that fit memory, fastest first."""
    fitting, _ = fitting_layouts(wish, setting, (devices,))
    return sorted((place(wish, one, memory, setting) for one, memory in fitting), key=by_days)


def fitting_layouts(
    wish: Wish, setting: Setting, devices: Sequence[int]
) -> tuple[list[tuple[Layout, Memory]], int]:
    """Layouts that fit memory with their overhead, and how many were tried."""
    freedom = setting.freedom or Freedom(domain=int(setting.chip.get("domain")))
    fitting, tried = [], 0
    for number in devices:
        for layout in candidates(wish.job, number, freedom):
            tried += 1
            memory = memory_of(wish.job, layout, setting.chip)
            if memory.verdict == "fits":
                fitting.append((layout, memory))
    return fitting, tried


def by_days(one: Placed) -> float:
    """Key that sorts plans by time."""
    return one.bill.days


def usd_of(one: Placed) -> float:
    """Money at the high end of the price.

    Raises
    ------
    PlanError
        E581 without a price.
    """
    if one.bill.usd is None:
        raise PlanError(
            "A budget needs a price.",
            where="--budget",
            matters="the chip's file holds a price from memory at most.",
            do="give --set price=VALUE (USD a device-hour), or accept it with --recalled.",
            code="E581",
        )
    return one.bill.usd[1]
