"""AdEMAMix: Adam with a second, much slower mean of gradients added to the first.

The paper warms up the slow mean's weight and memory over the run; here both are constant.
"""

from __future__ import annotations

import optax
import optax.contrib

from isoflop.measure.train.optimizer import Optimizer, OptimizerSettings, Tensor

SLOW_BETA = 0.999  # for runs of few steps; 0.9999 in long ones (2409.03137, appendix C.1.5)
SLOW_WEIGHT = 2.0  # of the slow mean, the centre of a public benchmark's search (2509.01440)


def direction(settings: OptimizerSettings, tensor: Tensor) -> optax.GradientTransformation:
    """(m + alpha m_slow) / (sqrt(v) + eps); the slow mean is not bias-corrected."""
    eps = settings.eps * tensor.eps_multiplier
    return optax.contrib.scale_by_ademamix(
        settings.beta1, settings.beta2, SLOW_BETA, SLOW_WEIGHT, eps
    )


OPTIMIZER = Optimizer(
    name="ademamix",
    source="Pagliardini et al., The AdEMAMix Optimizer, 2409.03137",
    direction=direction,
    states_per_weight=3,
)
