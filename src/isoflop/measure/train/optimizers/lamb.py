"""LAMB: Adam's direction and the decay, as long as the weights of their tensor.

The function phi of the paper is the identity, as in optax; a norm of zero leaves Adam's length.
"""

from __future__ import annotations

import optax

from isoflop.measure.train.optimizer import Optimizer, OptimizerSettings, Tensor


def direction(settings: OptimizerSettings, tensor: Tensor) -> optax.GradientTransformation:
    """u ||w|| / ||u|| with u = m / (sqrt(v) + eps) + decay w, a layer at a time."""
    eps = settings.eps * tensor.eps_multiplier
    return optax.chain(
        optax.scale_by_adam(settings.beta1, settings.beta2, eps),
        optax.add_decayed_weights(settings.weight_decay * tensor.decays),
        optax.scale_by_trust_ratio(),
    )


OPTIMIZER = Optimizer(
    name="lamb",
    source="You et al., Large Batch Optimization for Deep Learning, 1904.00962",
    direction=direction,
    states_per_weight=2,
    # A step as long as an n by n matrix of spectral norm 1 has length sqrt(n); aligned, that is
    # its spectral norm: what muP holds fixed needs half of Adam's power (own derivation).
    width_power=0.5,
    decays_inside=True,
)
