"""The inverse root of the step after warm-up, with a line to zero over the last part of the run."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from isoflop.measure.train.schedule import Number, Schedule, decay_start, progress


def body(step: Number, total: Number, warmup: Number, decay_fraction: Number) -> jax.Array:
    """sqrt(w / (step + 1)) (1 - q): 1 at the end of w steps of warm-up, at least one."""
    knee = jnp.maximum(warmup, 1.0)
    power = jnp.sqrt(knee / jnp.maximum(jnp.asarray(step) + 1.0, knee))
    return power * (1.0 - progress(step, decay_start(total, decay_fraction), total))


SCHEDULE = Schedule(
    name="inverse_sqrt",
    source="Zhai et al., Scaling Vision Transformers, 2106.04560",
    body=body,
    uses_decay_fraction=True,
    bound_to_total=False,
)
