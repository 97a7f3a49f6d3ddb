"""u-muP with Adam: unit variance, factors in the forward pass, rates by fan-in and depth."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def multipliers(
    fan_in: FloatArray,
    fan_out: FloatArray,
    rows: FloatArray,
    d: FloatArray,
    n_layer: FloatArray,
    lr: FloatArray,
    decay: FloatArray,
) -> tuple[FloatArray, ...]:
    depth = n_layer**-0.5
    one = np.ones_like(fan_in * fan_out * rows * d * n_layer * lr * decay)
    hidden, embedding = lr * fan_in**-0.5, lr * d**-0.5
    return (
        *(one, fan_in**-0.5, 1.0 / fan_in, one, fan_out**-0.5, rows**-0.5),
        *(hidden, hidden * depth, embedding, lr * one, lr * depth, lr * one),
        *(decay / hidden, decay / (hidden * depth), decay / embedding, decay / lr),
    )


RULE = Rule(
    name="u_mup",
    entry="P04",
    about="muP times unit scaling: near the optimum at default values, FP8 as it is.",
    inputs=(
        Axis("fan_in", "fan_in", "1", "inputs of the matrix", 16.0, 65536.0),
        Axis("fan_out", "fan_out", "1", "outputs of the matrix", 16.0, 65536.0),
        Axis("rows", "rows", "1", "rows of the input: sequences times positions", 1.0, 1e7),
        Axis("d", "width", "1", "model width", 16.0, 65536.0),
        Axis("n_layer", "depth", "1", "residual branches, as the package counts depth", 1.0, 256.0),
        Axis("lr", "lr", "1", "base learning rate", 1e-3, 10.0, default=1.0),
        Axis("decay", "weight_decay", "1", "independent decay; 0 for none", 0.0, 1.0, True, 0.0),
    ),
    outputs=(
        Axis("sd", "sd", "1", "every weight: initial sd", 1.0, 1.0),
        Axis("hidden", "multiplier", "1", "hidden: forward factor", 1e-3, 1.0),
        Axis("output", "multiplier", "1", "output: forward factor", 1e-5, 1.0),
        Axis("embedding", "multiplier", "1", "embedding: forward factor", 1.0, 1.0),
        Axis("input_gradient", "multiplier", "1", "factor of the input's gradient", 1e-3, 1.0),
        Axis("weight_gradient", "multiplier", "1", "factor of the weight's gradient", 1e-4, 1.0),
        Axis("hidden_lr", "lr", "1", "hidden outside residual blocks: rate", 1e-6, 10.0),
        Axis("block_lr", "lr", "1", "hidden in residual blocks: rate", 1e-6, 10.0),
        Axis("embedding_lr", "lr", "1", "embedding: rate", 1e-6, 10.0),
        Axis("norm_lr", "lr", "1", "norms and biases outside blocks: rate", 1e-3, 10.0),
        Axis("block_norm_lr", "lr", "1", "norms and biases in blocks: rate", 1e-4, 10.0),
        Axis("output_lr", "lr", "1", "output: rate", 1e-3, 10.0),
        Axis("hidden_decay", "weight_decay", "1", "decay to pass, hidden", 0.0, 1e6),
        Axis("block_decay", "weight_decay", "1", "decay to pass, hidden in blocks", 0.0, 1e6),
        Axis("embedding_decay", "weight_decay", "1", "decay to pass, embedding", 0.0, 1e6),
        Axis(
            "other_decay", "weight_decay", "1", "decay to pass, output and norms outside", 0.0, 1e6
        ),
    ),
    formula=multipliers,
    source="umup2024",
    where="arXiv 2407.17465 and the official package",
    reported=(
        Reported(
            {
                "fan_in": 256.0,
                "fan_out": 1024.0,
                "rows": 4096.0,
                "d": 256.0,
                "n_layer": 4.0,
                "decay": 2.0**-13,
            },
            {
                "hidden": 1.0 / 16.0,
                "output": 1.0 / 256.0,
                "hidden_lr": 1.0 / 16.0,
                "block_lr": 1.0 / 32.0,
                "embedding_lr": 1.0 / 16.0,
                "block_norm_lr": 0.5,
                "hidden_decay": 2.0**-9,
            },
            1e-12,
        ),
    ),
    scope=(
        "Sweep the rate first, then the five scalars one line each: attention softmax, FFN "
        "activation, residual, residual attention ratio, loss; all default to one.",
        "Passed decays assume an optimiser that multiplies them by the parameter's own rate.",
    ),
)
