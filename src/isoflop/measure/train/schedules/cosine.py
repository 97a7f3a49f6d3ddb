"""Half a cosine from the top to zero over the whole run."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from isoflop.measure.train.schedule import Number, Schedule, progress


def body(step: Number, total: Number, warmup: Number, decay_fraction: Number) -> jax.Array:
    """(1 + cos(pi p)) / 2, p the share of the steps after warm-up."""
    return 0.5 * (1.0 + jnp.cos(jnp.pi * progress(step, warmup, total)))


SCHEDULE = Schedule(
    name="cosine",
    source="Loshchilov and Hutter, SGDR, 1608.03983",
    body=body,
    uses_decay_fraction=False,
    bound_to_total=True,
)
