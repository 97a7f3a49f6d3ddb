"""Stochastic gradient descent with heavy-ball momentum; beta1 = 0 is plain descent."""

from __future__ import annotations

import optax

from isoflop.measure.train.optimizer import Optimizer, OptimizerSettings, Tensor


def direction(settings: OptimizerSettings, tensor: Tensor) -> optax.GradientTransformation:
    """m = beta1 m + g; without momentum stable down to one sequence a batch (2507.07101)."""
    return optax.trace(settings.beta1)


OPTIMIZER = Optimizer(
    name="sgd",
    source="Sutskever et al., On the importance of initialization and momentum, ICML 2013",
    direction=direction,
    states_per_weight=1,
    width_power=None,
)
