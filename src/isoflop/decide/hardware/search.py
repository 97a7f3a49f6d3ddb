"""The best layouts of a run under limits of memory, time and money, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from isoflop.core.errors import PlanError
from isoflop.decide.hardware.efficiency import assumed_for
from isoflop.decide.hardware.nearest import nearest_plan
from isoflop.decide.hardware.placement import (
    Constraint,
    Placed,
    Setting,
    Wish,
    by_days,
    fitting_layouts,
    place,
    usd_of,
)


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes
    ----------
    ranked : layouts within all limits, fastest first on each number of devices.
    front : those that nothing beats in days and device-hours both, by days.
    tried, too_large : layouts that divide, and those over memory.
    binding : the limit no layout meets, None if there is a plan.
    nearest : the plan that comes nearest, when a limit binds; of ``nearest_batch`` sequences.
    """

    ranked: tuple[Placed, ...]
    front: tuple[Placed, ...]
    tried: int
    too_large: int
    binding: Constraint | None
    nearest: Placed | None
    nearest_batch: int | None = None

    @property
    def best(self) -> Placed | None:
        """The fastest plan within all limits."""
        return self.ranked[0] if self.ranked else None

    def to_dict(self, most: int) -> dict[str, object]:
        """Plain fields, for JSON, with ``most`` of the ranked layouts."""
        return {
            "best": None if self.best is None else self.best.to_dict(),
            "runners_up": [one.to_dict() for one in self.ranked[1:most]],
            "front": [one.to_dict() for one in self.front],
            "tried": self.tried,
            "too_large": self.too_large,
            "binding": self.binding,
            "nearest": None if self.nearest is None else self.nearest.to_dict(),
            "nearest_batch": self.nearest_batch,
        }


def search(wish: Wish, setting: Setting) -> Found:
    """Try every layout; memory counts with its usual overhead.

    Raises
    ------
    UsageError
        E581 for a figure of the chip that is missing or unchecked.
    """
    chosen = replace(setting, efficiency=setting.efficiency or assumed_for(setting.chip, wish.job))
    fitting, tried = fitting_layouts(wish, chosen, wish.devices)
    placed = sorted((place(wish, one, m, chosen) for one, m in fitting), key=by_days)
    allowed = [one for one in placed if _within(wish, one)]
    counts = (tried, tried - len(fitting))
    if allowed:
        return Found(tuple(allowed), _front(allowed), *counts, None, None)
    binding = _binding(wish, placed, tried)
    batch, near = nearest_plan(wish, chosen, binding, placed)
    return Found((), (), *counts, binding, near, batch)


def _within(wish: Wish, one: Placed) -> bool:
    in_time = wish.days is None or one.bill.days <= wish.days
    return in_time and (wish.usd is None or usd_of(one) <= wish.usd)


def _front(placed: Sequence[Placed]) -> tuple[Placed, ...]:
    """Nothing is both sooner and less work; ``placed`` is sorted by days."""
    front: list[Placed] = []
    for one in placed:
        if not front or one.bill.device_hours < front[-1].bill.device_hours:
            front.append(one)
    return tuple(front)


def _binding(wish: Wish, placed: Sequence[Placed], tried: int) -> Constraint:
    if tried == 0:
        return "division"
    if not placed:
        return "memory"
    late = wish.days is not None and placed[0].bill.days > wish.days
    return "deadline" if late else "budget"


def required(found: Found, wish: Wish) -> Placed:
    """The best plan.

    Raises
    ------
    PlanError
        E588 with the limit that binds and the nearest plan.
    """
    if found.best is not None:
        return found.best
    reasons = {
        "division": "no layout divides batch, layers and heads over these devices",
        "memory": f"none of {found.tried} layouts fits the memory of a device",
        "deadline": f"no layout is done within {wish.days or 0.0:g} days",
        "budget": f"no layout costs at most {wish.usd or 0.0:g} USD",
    }
    assert found.binding is not None
    near = found.nearest
    raise PlanError(
        f"There is no plan: {reasons[found.binding]}.",
        where=f"devices {', '.join(map(str, wish.devices))}; batch {wish.job.batch} sequences",
        matters=f"the limit that binds is: {found.binding}.",
        do="relax a limit; nothing near was found."
        if near is None
        else f"nearest plan: batch {found.nearest_batch}, {near.layout.devices} devices "
        f"({near.layout.words}), "
        f"{near.bill.days:.3g} days, {near.bill.device_hours:.4g} device-hours"
        + ("" if near.bill.usd is None else f", up to {near.bill.usd[1]:.4g} USD")
        + f", {near.memory.likely / 1e9:.3g} of {near.memory.capacity / 1e9:.3g} GB.",
        code="E588",
    )
