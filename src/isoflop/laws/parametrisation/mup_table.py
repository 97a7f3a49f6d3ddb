"""muP in its canonical form: initial variance and rates by fan-in and fan-out, no multipliers."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def table(fan_in: FloatArray, fan_out: FloatArray) -> tuple[FloatArray, ...]:
    one = np.ones_like(fan_in * fan_out)
    return (
        *(1.0 / fan_in, fan_out, one),
        *(1.0 / fan_in, one, 1.0 / fan_in),
        *(1.0 / fan_in**2, 1.0 / fan_in, 1.0 / fan_in),
    )


RULE = Rule(
    name="mup_table",
    entry="P01",
    about="Input (finite to width), hidden (width to width) and output (width to finite) matrices.",
    inputs=(
        Axis("fan_in", "fan_in", "1", "inputs of the matrix", 64.0, 65536.0),
        Axis("fan_out", "fan_out", "1", "outputs of the matrix", 64.0, 65536.0),
    ),
    outputs=(
        Axis("input_variance", "variance", "1", "input: initial variance", 1e-6, 1.0),
        Axis("input_lr_sgd", "lr", "1", "input: rate of SGD over the base", 1.0, 1e6),
        Axis("input_lr_adam", "lr", "1", "input: rate of Adam over the base", 1.0, 1.0),
        Axis("hidden_variance", "variance", "1", "hidden: initial variance", 1e-6, 1.0),
        Axis("hidden_lr_sgd", "lr", "1", "hidden: rate of SGD over the base", 1.0, 1.0),
        Axis("hidden_lr_adam", "lr", "1", "hidden: rate of Adam over the base", 1e-6, 1.0),
        Axis("output_variance", "variance", "1", "output: initial variance", 1e-12, 1.0),
        Axis("output_lr_sgd", "lr", "1", "output: rate of SGD over the base", 1e-6, 1.0),
        Axis("output_lr_adam", "lr", "1", "output: rate of Adam over the base", 1e-6, 1.0),
    ),
    formula=table,
    source="mup2022",
    where="arXiv 2203.03466, table 3 (digest)",
    reported=(
        Reported(
            {"fan_in": 256.0, "fan_out": 1024.0},
            {
                "input_lr_sgd": 1024.0,
                "hidden_variance": 2.0**-8,
                "output_variance": 2.0**-16,
                "output_lr_adam": 2.0**-8,
            },
            1e-12,
        ),
    ),
    scope=(
        "Biases and norms are input matrices with a fan-in of one.",
        "Exponents only: constants are set at a base model, as mup does.",
    ),
)
