"""Lion: the sign of a gradient mixed with a slower mean of gradients.

Wants a learning rate 3-10 times below AdamW's and as much more weight decay.
"""

from __future__ import annotations

import optax

from isoflop.measure.train.optimizer import Optimizer, OptimizerSettings, Tensor


def direction(settings: OptimizerSettings, tensor: Tensor) -> optax.GradientTransformation:
    """sign(beta1 m + (1 - beta1) g), then m moves with beta2 (0.95 and 0.98 for language)."""
    return optax.scale_by_lion(settings.beta1, settings.beta2)


OPTIMIZER = Optimizer(
    name="lion",
    source="Chen et al., Symbolic Discovery of Optimization Algorithms, 2302.06675",
    direction=direction,
    states_per_weight=1,
)
