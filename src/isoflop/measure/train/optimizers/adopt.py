"""ADOPT: Adam whose gradient is divided by the second moment from before it.

The first step only learns the second moment. The paper uses eps 1e-6 and beta2 0.9999.
"""

from __future__ import annotations

import optax
import optax.contrib

from isoflop.measure.train.optimizer import Optimizer, OptimizerSettings, Tensor


def direction(settings: OptimizerSettings, tensor: Tensor) -> optax.GradientTransformation:
    """m = EMA(clip(g / max(sqrt(v_before), eps), step^0.25)); then v takes g in."""
    eps = settings.eps * tensor.eps_multiplier
    return optax.contrib.scale_by_adopt(settings.beta1, settings.beta2, eps)


OPTIMIZER = Optimizer(
    name="adopt",
    source="Taniguchi et al., ADOPT, 2411.02853",
    direction=direction,
    states_per_weight=2,
)
