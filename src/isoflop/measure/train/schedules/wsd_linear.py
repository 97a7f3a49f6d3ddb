"""Warm-up, stable, decay: the top until the last part of the run, then a line to zero."""

from __future__ import annotations

import jax

from isoflop.measure.train.schedule import Number, Schedule, decay_start, progress


def body(step: Number, total: Number, warmup: Number, decay_fraction: Number) -> jax.Array:
    """1 - q, q the share of the decay that is over."""
    return 1.0 - progress(step, decay_start(total, decay_fraction), total)


SCHEDULE = Schedule(
    name="wsd_linear",
    source="Hu et al., MiniCPM, 2404.06395",
    body=body,
    uses_decay_fraction=True,
    bound_to_total=False,
)
