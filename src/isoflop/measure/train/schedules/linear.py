"""A straight line from the top to zero over the whole run."""

from __future__ import annotations

import jax

from isoflop.measure.train.schedule import Number, Schedule, progress


def body(step: Number, total: Number, warmup: Number, decay_fraction: Number) -> jax.Array:
    """1 - p, p the share of the steps after warm-up."""
    return 1.0 - progress(step, warmup, total)


SCHEDULE = Schedule(
    name="linear",
    source="Bergsma et al., Straight to Zero, 2502.15938",
    body=body,
    uses_decay_fraction=False,
    bound_to_total=True,
)
