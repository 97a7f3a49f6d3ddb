"""Warm-up, stable, decay: the top until the last part of the run, then 1 - sqrt to zero."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from isoflop.measure.train.schedule import Number, Schedule, decay_start, progress


def body(step: Number, total: Number, warmup: Number, decay_fraction: Number) -> jax.Array:
    """1 - sqrt(q), q the share of the decay that is over."""
    return 1.0 - jnp.sqrt(progress(step, decay_start(total, decay_fraction), total))


SCHEDULE = Schedule(
    name="wsd",
    source="Hägele et al., Scaling Laws and Compute-Optimal Training Beyond Fixed Durations, "
    "2405.18392",
    body=body,
    uses_decay_fraction=True,
    bound_to_total=False,
)
