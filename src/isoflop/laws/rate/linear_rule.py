"""Linear rule: the learning rate of SGD grows with the batch, after a gradual warm-up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def rates(
    kappa: FloatArray,
    lr: FloatArray,
    epoch: FloatArray,
    warmup: FloatArray,
    share: FloatArray,
    sharpness: FloatArray,
    momentum: FloatArray,
) -> tuple[FloatArray, ...]:
    done = np.minimum(epoch / warmup, 1.0)
    return kappa * lr, lr * (1.0 + (kappa - 1.0) * done), kappa


def forbidden(at: Mapping[str, FloatArray]) -> str | None:
    if (at["share"] > 1.0).any():
        return "does not hold above the critical batch"
    if (at["kappa"] * at["lr"] * at["sharpness"] > 2.0 * (1.0 + at["momentum"])).any():
        return "gives a rate above the stability limit 2*(1 + momentum)/sharpness"
    return None


RULE = Rule(
    name="linear_rule",
    entry="B17",
    about="kappa small steps are about one large one while gradients barely change.",
    inputs=(
        Axis("kappa", "kappa", "1", "new batch over old batch", 0.01, 100.0),
        Axis("lr", "lr", "1", "old peak learning rate", 1e-3, 1.0, default=1.0),
        Axis("epoch", "epoch", "epochs", "now", 0.0, 90.0, zero=True, default=5.0),
        Axis("warmup", "warmup", "epochs", "length of the warm-up", 1.0, 10.0, default=5.0),
        Axis(
            "share", "share", "1", "new batch over the critical; 0 far below", 0.0, 2.0, True, 0.0
        ),
        Axis("sharpness", "sharpness", "1", "largest curvature; 0 far away", 0.0, 10.0, True, 0.0),
        Axis("momentum", "momentum", "1", "of heavy-ball SGD", 0.0, 0.99, zero=True, default=0.9),
    ),
    outputs=(
        Axis("lr_new", "lr", "1", "new peak learning rate", 1e-5, 1e3),
        Axis("lr_now", "lr", "1", "rate at this epoch of the warm-up", 1e-5, 1e3),
        Axis("velocity", "velocity", "1", "factor of a velocity that holds the rate", 0.01, 100.0),
    ),
    formula=rates,
    refuse=forbidden,
    source="goyal2017",
    where="arXiv 1706.02677; abstract, the warm-up recalled",
    reported=(
        Reported({"kappa": 32.0, "lr": 0.1}, {"lr_new": 3.2, "lr_now": 3.2}, 1e-12),
        Reported({"kappa": 32.0, "lr": 0.1, "epoch": 0.0}, {"lr_now": 0.1}, 1e-12),
    ),
    scope=(
        "SGD with momentum; for Adam see adam_sde_rule.",
        "Fails early in training, hence the warm-up, and above a critical batch: 8192 images on "
        "ImageNet. Epochs, weight decay and momentum stay.",
        "If the rate changes inside a run and is part of the velocity, multiply that by velocity.",
        "Scaling the loss is not scaling the rate once there is weight decay; divide the loss by "
        "the global batch.",
    ),
)
