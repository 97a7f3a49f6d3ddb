"""MiniCPM's wind-tunnel recipe: muP in width, depth-muP in depth, with its own constants."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule

# minicpm2024: the branch factor and the rate from a digest, the rest recalled
EMBEDDING, BRANCH, SD, RATE = 12.0, 1.4, 0.1, 0.01


def recipe(d: FloatArray, n_layer: FloatArray, d_base: FloatArray) -> tuple[FloatArray, ...]:
    m = d / d_base
    embedding = EMBEDDING * np.ones_like(m * n_layer)
    return embedding, BRANCH * n_layer**-0.5, SD * m**-0.5, RATE / m, 1.0 / m


RULE = Rule(
    name="wind_tunnel",
    entry="P06",
    about="One rate near 0.01 from 40M to 2.1B parameters.",
    inputs=(
        Axis("d", "width", "1", "model width", 64.0, 16384.0),
        Axis("n_layer", "depth", "1", "layers", 2.0, 256.0),
        Axis("d_base", "d_base", "1", "base width", 64.0, 1024.0, default=256.0),
    ),
    outputs=(
        Axis("embedding", "multiplier", "1", "factor of the embedding's output", 12.0, 12.0),
        Axis("branch", "multiplier", "1", "factor of each residual branch", 0.01, 1.0),
        Axis("matrix_sd", "sd", "1", "matrices: initial sd", 1e-3, 1.0),
        Axis("matrix_lr", "lr", "1", "matrices: rate of Adam", 1e-5, 1.0),
        Axis("logits", "multiplier", "1", "factor of the logits", 1e-3, 10.0),
    ),
    formula=recipe,
    example=True,
    source="minicpm2024",
    where="arXiv 2404.06395; 1.4/sqrt(layers) and 0.01 from a digest, the rest recalled",
    reported=(
        Reported(
            {"d": 1024.0, "n_layer": 49.0},
            {"branch": 0.2, "matrix_sd": 0.05, "matrix_lr": 0.0025, "logits": 0.25},
            1e-12,
        ),
    ),
    scope=(
        "The rate 0.01 is in these units: standard parametrisation needs all the multipliers.",
        "The batch (B14), the schedule (S02) and the data law (L22) belong to the same recipe.",
    ),
)
