"""A power of the tokens seen after warm-up, with a line to zero over the last part of the run.

The paper's rate is min(top, a batch tokens^b). Here the run's learning rate is the one at the end
of warm-up; ``scaling_rules.power_rate`` gives it for the paper's constants.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from isoflop.measure.train.schedule import Number, Schedule, decay_start, progress

POWER = -0.51  # b of 2408.13359, fitted on a sweep of small models; fit it anew on your own


def body(step: Number, total: Number, warmup: Number, decay_fraction: Number) -> jax.Array:
    """((step + 1) / w)^b (1 - q): 1 at the end of w steps of warm-up, at least one."""
    knee = jnp.maximum(warmup, 1.0)
    power = (jnp.maximum(jnp.asarray(step) + 1.0, knee) / knee) ** POWER
    return power * (1.0 - progress(step, decay_start(total, decay_fraction), total))


SCHEDULE = Schedule(
    name="power",
    source="Shen et al., Power Scheduler, 2408.13359",
    body=body,
    uses_decay_fraction=True,
    bound_to_total=False,
)
