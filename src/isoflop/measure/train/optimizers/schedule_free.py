"""Schedule-free AdamW: gradients between a fast sequence and its running mean, which is the result.

Use it with a constant schedule and warm-up; weights must be evaluated through
``evaluation_params``. beta1 is the share of the mean and must be above 0 (0.9 to 0.98).
"""

from __future__ import annotations

import optax
import optax.contrib

from isoflop.measure.train.optimizer import Optimizer, OptimizerSettings, Rate, Tensor


def direction(settings: OptimizerSettings, tensor: Tensor) -> optax.GradientTransformation:
    """g / (sqrt(v) + eps): the averaging outside takes the place of the first moment."""
    eps = settings.eps * tensor.eps_multiplier
    return optax.scale_by_rms(settings.beta2, eps, eps_in_sqrt=False, bias_correction=True)


def wrap(
    fast: optax.GradientTransformation, settings: OptimizerSettings, learning_rate: Rate
) -> optax.GradientTransformation:
    """Average the fast sequence with weights lr^2; optax counts steps from 1, the runner from 0."""
    return optax.contrib.schedule_free(
        fast, lambda count: learning_rate(count - 1), b1=settings.beta1
    )


OPTIMIZER = Optimizer(
    name="schedule_free",
    source="Defazio et al., The Road Less Scheduled, 2405.15682",
    direction=direction,
    states_per_weight=2,
    wrap=wrap,
    evaluate=optax.contrib.schedule_free_eval_params,
)
