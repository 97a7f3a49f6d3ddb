"""Adafactor: Adam's second moment kept as one row and one column of every matrix.

The relative step of the paper is left out: the learning rate means what it means for AdamW.
"""

from __future__ import annotations

import optax

from isoflop.measure.train.optimizer import Optimizer, OptimizerSettings, Tensor

DECAY_POWER = 0.8  # second-moment decay 1 - t^-0.8, section 7.2 of the paper
LARGEST_RMS = 1.0  # of one tensor's direction, section 6 of the paper


def direction(settings: OptimizerSettings, tensor: Tensor) -> optax.GradientTransformation:
    """g / sqrt(row x column), clipped to a root mean square of 1; no first moment.

    Matrices of every size are factored, so that small and large runs train by one rule.
    """
    return optax.chain(
        optax.scale_by_factored_rms(decay_rate=DECAY_POWER, min_dim_size_to_factor=2),
        optax.clip_by_block_rms(LARGEST_RMS),
    )


OPTIMIZER = Optimizer(
    name="adafactor",
    source="Shazeer and Stern, Adafactor, 1804.04235",
    direction=direction,
    states_per_weight=0,
)
