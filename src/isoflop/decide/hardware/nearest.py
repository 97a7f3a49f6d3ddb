"""What to say when no layout meets the limits: which one binds, and the nearest plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from isoflop.decide.hardware.placement import (
    Constraint,
    Placed,
    Setting,
    Wish,
    ranked,
    usd_of,
)

_DOUBLINGS = 10  # of the devices, tried to find the nearest plan
_BETWEEN = (0.625, 0.75, 0.875, 1.0)  # of the first number that does, to come nearer


def nearest_plan(
    wish: Wish, setting: Setting, binding: Constraint, placed: Sequence[Placed]
) -> tuple[int | None, Placed | None]:
    """(batch, plan) that changes least: the batch, the number of devices, or the money.

    Parameters
    ----------
    placed : layouts that fit memory, fastest first.
    """
    if binding == "division":
        return _other_batch(wish, setting)
    if binding == "budget":
        in_time = [one for one in placed if wish.days is None or one.bill.days <= wish.days]
        return wish.job.batch, min(in_time, key=usd_of)
    more = _more_devices(wish, setting)
    return wish.job.batch, more or (placed[0] if placed else None)


def _other_batch(wish: Wish, setting: Setting) -> tuple[int | None, Placed | None]:
    for devices in sorted(wish.devices, reverse=True):
        lower = wish.job.batch // devices * devices
        around = [batch for batch in (lower, lower + devices) if batch > 0]
        for batch in sorted(around, key=lambda one: abs(one - wish.job.batch)):
            other = replace(wish, job=replace(wish.job, batch=batch))
            found = ranked(other, setting, devices)
            if found:
                return batch, found[0]
    return None, None


def _more_devices(wish: Wish, setting: Setting) -> Placed | None:
    devices = max(wish.devices)
    for _ in range(_DOUBLINGS):
        devices *= 2
        if _first_allowed(wish, setting, devices) is not None:
            tried = (_first_allowed(wish, setting, round(part * devices)) for part in _BETWEEN)
            return next(one for one in tried if one is not None)
    return None


def _first_allowed(wish: Wish, setting: Setting, devices: int) -> Placed | None:
    found = ranked(wish, setting, devices)
    if not found or (wish.days is not None and found[0].bill.days > wish.days):
        return None
    return found[0]
