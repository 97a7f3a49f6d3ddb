"""Half a cosine from the top to a tenth of it over the whole run, the older practice."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from isoflop.measure.train.schedule import Number, Schedule, progress

FLOOR = 0.1  # of the top, hoffmann2022


def body(step: Number, total: Number, warmup: Number, decay_fraction: Number) -> jax.Array:
    """FLOOR + (1 - FLOOR) (1 + cos(pi p)) / 2, p the share of the steps after warm-up."""
    cosine = 0.5 * (1.0 + jnp.cos(jnp.pi * progress(step, warmup, total)))
    return FLOOR + (1.0 - FLOOR) * cosine


SCHEDULE = Schedule(
    name="cosine_tenth",
    source="Hoffmann et al., Training Compute-Optimal Large Language Models, 2203.15556",
    body=body,
    uses_decay_fraction=False,
    bound_to_total=True,
)
