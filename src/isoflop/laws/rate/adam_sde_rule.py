"""Square-root rule of Adam: rate, decays, eps and weight decay when the batch changes."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def rescaled(
    kappa: FloatArray,
    lr: FloatArray,
    beta1: FloatArray,
    beta2: FloatArray,
    eps: FloatArray,
    weight_decay: FloatArray,
    steps: FloatArray,
) -> tuple[FloatArray, ...]:
    root = kappa**0.5
    betas = (1.0 - kappa * (1.0 - beta1), 1.0 - kappa * (1.0 - beta2))
    return lr * root, *betas, eps / root, weight_decay * root, steps / kappa


def forbidden(at: Mapping[str, FloatArray]) -> str | None:
    for name in ("beta1", "beta2"):
        if (at[name] >= 1.0).any():
            return f"needs {name} below 1"
        largest = float((1.0 / (1.0 - at[name])).min())
        if (at["kappa"] * (1.0 - at[name]) >= 1.0).any():
            return (
                f"needs kappa below {largest:g}: it multiplies 1 - {name}, which must stay below 1"
            )
    return None


RULE = Rule(
    name="adam_sde_rule",
    entry="B19",
    about="Keeps the stochastic differential equation of Adam; beta1 = 0 is RMSprop.",
    inputs=(
        Axis("kappa", "kappa", "1", "new batch over old batch", 0.05, 8.0),
        Axis("lr", "lr", "1", "old peak learning rate", 1e-5, 1e-1, default=1.0),
        Axis("beta1", "beta1", "1", "old decay of the mean; 0.9 is usual", 0.5, 0.95, default=0.9),
        Axis("beta2", "beta2", "1", "old decay of the square", 0.9, 0.999, default=0.999),
        Axis("eps", "eps", "1", "old eps", 1e-10, 1e-6, default=1e-8),
        Axis("weight_decay", "weight_decay", "1", "old, decoupled", 0.0, 1.0, True, 0.1),
        Axis(
            "steps", "steps", "1", "old steps, of the run or of its warm-up", 1e2, 1e6, default=1.0
        ),
    ),
    outputs=(
        Axis("lr_new", "lr", "1", "new peak learning rate", 1e-6, 1.0),
        Axis("beta1_new", "beta1", "1", "new decay of the mean", 0.0, 1.0),
        Axis("beta2_new", "beta2", "1", "new decay of the square", 0.0, 1.0),
        Axis("eps_new", "eps", "1", "new eps", 1e-12, 1e-4),
        Axis("weight_decay_new", "weight_decay", "1", "so that lr*decay*steps stays", 0.0, 10.0),
        Axis("steps_new", "steps", "1", "the same tokens", 1.0, 1e8),
    ),
    formula=rescaled,
    refuse=forbidden,
    source="malladi2022",
    where="arXiv 2205.10287; recalled with high confidence",
    reported=(
        Reported(
            {"kappa": 4.0},
            {
                "lr_new": 2.0,
                "beta1_new": 0.6,
                "beta2_new": 0.996,
                "eps_new": 5e-9,
                "weight_decay_new": 0.2,
                "steps_new": 0.25,
            },
            1e-12,
        ),
    ),
    scope=(
        "Holds while noise dominates the gradient and kappa*(1 - beta) is far below 1.",
        "RMSprop has no mean: read the other outputs and leave beta1 as it is.",
        "Above the noise scale of the sign gradient the best rate falls again: see surge.",
        "beta2_half_life agrees to first order and is valid at any kappa.",
    ),
)
