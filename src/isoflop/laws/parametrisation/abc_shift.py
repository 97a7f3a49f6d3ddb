"""abc symmetry: the same training with a scale moved between a weight and its forward factor."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def shifted(
    c: FloatArray,
    multiplier: FloatArray,
    sd: FloatArray,
    lr: FloatArray,
    eps: FloatArray,
    decay: FloatArray,
) -> tuple[FloatArray, ...]:
    return multiplier * c, sd / c, lr / c, lr / c**2, eps * c, decay * c, decay * c**2


RULE = Rule(
    name="abc_shift",
    entry="P07",
    about="Converts between muP, unit scaling, u-muP and standard parametrisation, per tensor.",
    inputs=(
        Axis("c", "c", "1", "what the forward factor is multiplied by", 1e-3, 1e3),
        Axis("multiplier", "multiplier", "1", "forward factor", 1e-3, 1e3, default=1.0),
        Axis("sd", "sd", "1", "initial sd of the weight", 0.0, 10.0, zero=True, default=1.0),
        Axis("lr", "lr", "1", "learning rate of the weight", 1e-5, 1.0, default=1.0),
        Axis("eps", "eps", "1", "eps of Adam", 0.0, 1e-6, zero=True, default=1e-8),
        Axis(
            "decay", "weight_decay", "1", "decoupled weight decay", 0.0, 1.0, zero=True, default=0.1
        ),
    ),
    outputs=(
        Axis("multiplier_new", "multiplier", "1", "forward factor", 1e-6, 1e6),
        Axis("sd_new", "sd", "1", "initial sd", 0.0, 1e4),
        Axis("lr_adam", "lr", "1", "rate with Adam", 1e-8, 1e3),
        Axis("lr_sgd", "lr", "1", "rate with SGD", 1e-11, 1e6),
        Axis("eps_new", "eps", "1", "eps of Adam", 0.0, 1e-3),
        Axis("decay_adam", "weight_decay", "1", "decay with Adam: rate*decay stays", 0.0, 1e3),
        Axis("decay_sgd", "weight_decay", "1", "decay with SGD: rate*decay stays", 0.0, 1e6),
    ),
    formula=shifted,
    source="everett2024",
    where="arXiv 2407.05872; an identity, proved by a test",
    reported=(
        Reported(
            {"c": 0.25, "lr": 0.01},
            {"multiplier_new": 0.25, "sd_new": 4.0, "lr_adam": 0.04, "lr_sgd": 0.16},
            1e-12,
        ),
    ),
    scope=(
        "Exact for one tensor at a time; clipping by a norm over tensors breaks it.",
        "Number formats of few bits see the difference: that is what unit scaling is for.",
    ),
)
