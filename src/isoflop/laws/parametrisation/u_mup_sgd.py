"""u-muP with SGD, where the readout's factor is kept in both passes."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def rates(
    fan_in: FloatArray, d: FloatArray, n_layer: FloatArray, lr: FloatArray
) -> tuple[FloatArray, ...]:
    depth = n_layer**-0.5
    one = np.ones_like(fan_in * d * n_layer)
    weight, norm = lr * fan_in**0.5 * one, lr * d * one
    return weight, weight * depth, norm, norm * depth, lr * one


RULE = Rule(
    name="u_mup_sgd",
    entry="P04",
    about="Rates under the readout constraint to_output_scale; without it those of u_mup hold.",
    inputs=(
        Axis("fan_in", "fan_in", "1", "inputs of the matrix", 16.0, 65536.0),
        Axis("d", "width", "1", "length of the norm or bias", 16.0, 65536.0),
        Axis("n_layer", "depth", "1", "residual branches, as the package counts depth", 1.0, 256.0),
        Axis("lr", "lr", "1", "base learning rate", 1e-3, 10.0, default=1.0),
    ),
    outputs=(
        Axis("weight_lr", "lr", "1", "weights outside residual blocks", 1e-2, 1e4),
        Axis("block_lr", "lr", "1", "weights in residual blocks", 1e-3, 1e4),
        Axis("norm_lr", "lr", "1", "norms and biases outside blocks", 1e-2, 1e6),
        Axis("block_norm_lr", "lr", "1", "norms and biases in blocks", 1e-3, 1e6),
        Axis("output_lr", "lr", "1", "output", 1e-3, 10.0),
    ),
    formula=rates,
    source="umup2024",
    where="arXiv 2407.17465, the official package",
    reported=(
        Reported(
            {"fan_in": 256.0, "d": 64.0, "n_layer": 4.0},
            {"weight_lr": 16.0, "block_lr": 8.0, "norm_lr": 64.0, "output_lr": 1.0},
            1e-12,
        ),
    ),
    scope=("SGD only; Adam forgets the scale of gradients, see u_mup.",),
)
