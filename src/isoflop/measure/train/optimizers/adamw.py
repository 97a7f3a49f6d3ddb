"""AdamW: the mean gradient divided by its root mean square, decay apart from both."""

from __future__ import annotations

import optax

from isoflop.measure.train.optimizer import Optimizer, OptimizerSettings, Tensor
from isoflop.measure.train.updates import adam


def direction(settings: OptimizerSettings, tensor: Tensor) -> optax.GradientTransformation:
    """Bias-corrected m / (sqrt(v) + eps)."""
    eps = settings.eps * tensor.eps_multiplier
    return adam(settings.beta1, settings.beta2, eps)


OPTIMIZER = Optimizer(
    name="adamw",
    source="Loshchilov and Hutter, Decoupled Weight Decay Regularization, 1711.05101",
    direction=direction,
    states_per_weight=2,
)
