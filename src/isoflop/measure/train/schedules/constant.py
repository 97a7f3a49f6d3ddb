"""The top of the learning rate to the end, for trunks and for averaged weights."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from isoflop.measure.train.schedule import Number, Schedule


def body(step: Number, total: Number, warmup: Number, decay_fraction: Number) -> jax.Array:
    """1 at every step."""
    return jnp.ones_like(jnp.asarray(step, float))


SCHEDULE = Schedule(
    name="constant",
    source="practice",
    body=body,
    uses_decay_fraction=False,
    bound_to_total=False,
)
