"""Signum: the sign of the mean gradient, each weight moving by exactly the learning rate."""

from __future__ import annotations

import optax

from isoflop.measure.train.optimizer import Optimizer, OptimizerSettings, Tensor


def direction(settings: OptimizerSettings, tensor: Tensor) -> optax.GradientTransformation:
    """sign(EMA(g)); the bias correction cannot change a sign, so there is none."""
    return optax.chain(optax.ema(settings.beta1, debias=False), optax.scale_by_sign())


OPTIMIZER = Optimizer(
    name="signum",
    source="Bernstein et al., signSGD, 1802.04434",
    direction=direction,
    states_per_weight=1,
)
