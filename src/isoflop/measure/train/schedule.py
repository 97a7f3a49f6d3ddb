"""What a schedule is: the learning rate of every step as a fraction of its top.

Steps count from 0. Warm-up is linear and reaches the top at step ``warmup - 1``; a rate that ends
at zero does so at step ``total``, the one after the last, so that no step is spent without moving.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias, cast

from isoflop.core.errors import unknown_name
from isoflop.core.members import find_members

if TYPE_CHECKING:
    import jax

Number: TypeAlias = "float | jax.Array"

_MEMBERS = "isoflop.measure.train.schedules"


@dataclass(frozen=True)
class Schedule:
    """The shape of the learning rate after its warm-up.

    Parameters
    ----------
    source : paper and arXiv id, or "practice".
    body : (step, total, warmup, decay_fraction) to the factor; used from step ``warmup`` on.
    uses_decay_fraction : ends with a decay over the last ``decay_fraction`` of all steps.
    bound_to_total : the factor before that decay depends on the length of the run: the loss of
        such a run at a step is not the final loss of a shorter run.
    """

    name: str
    source: str
    body: Callable[[Number, Number, Number, Number], Number]
    uses_decay_fraction: bool
    bound_to_total: bool

    def shape(
        self, step: Number, total: Number, warmup: Number, decay_fraction: Number = 0.1
    ) -> jax.Array:
        """Factor of the learning rate in [0, 1]; every argument may be traced, step an array.

        Parameters
        ----------
        step : from 0 to total.
        warmup : steps of linear warm-up, less than total; 0 for none.
        decay_fraction : of all steps; read only where ``uses_decay_fraction``.
        """
        import jax.numpy as jnp

        rising = (jnp.asarray(step) + 1.0) / jnp.maximum(warmup, 1.0)
        falling = self.body(step, total, warmup, decay_fraction)
        return jnp.where(jnp.asarray(step) < warmup, rising, falling)


def progress(step: Number, start: Number, end: Number) -> jax.Array:
    """Share of the way from start to end, 0 before and 1 after."""
    import jax.numpy as jnp

    return jnp.clip((jnp.asarray(step) - start) / jnp.maximum(end - start, 1e-9), 0.0, 1.0)


def decay_start(total: Number, decay_fraction: Number) -> Number:
    """Step at which the final decay begins, where a trunk can be branched."""
    return total * (1.0 - decay_fraction)


@cache
def schedule_names() -> tuple[str, ...]:
    """Every legal name, sorted, without loading what the schedules need."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(import_module(_MEMBERS).__path__)))


def get_schedule(name: str) -> Schedule:
    """A schedule by the name of its file.

    Raises
    ------
    UsageError
        E101 if there is no such schedule; the nearest names are suggested.
    """
    if name not in schedule_names():
        raise unknown_name("schedule", name, schedule_names(), "isoflop train --help")
    members = cast("tuple[Schedule, ...]", find_members(_MEMBERS, "SCHEDULE"))
    return next(member for member in members if member.name == name)
