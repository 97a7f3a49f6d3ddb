"""Depth rules: residual branches shrink with depth, on top of muP in width."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def multipliers(m: FloatArray, depth: FloatArray, alpha: FloatArray) -> tuple[FloatArray, ...]:
    one = np.ones_like(m * depth * alpha)
    inside = depth ** (alpha - 1.0)
    return (
        *(depth**-alpha, 1.0 / m),
        *(one, one / m),
        *(1.0 / m * one, inside / m, m * one, 1.0 / (m * depth**alpha)),
        *(inside * one, one, one),
    )


def forbidden(at: Mapping[str, FloatArray]) -> str | None:
    outside = (at["alpha"] < 0.5) | (at["alpha"] > 1.0)
    return "is stated for alpha between 1/2 and 1" if outside.any() else None


RULE = Rule(
    name="completep",
    entry="P02",
    about="alpha = 1 is CompleteP (the default), alpha = 1/2 depth-muP; all times the base.",
    inputs=(
        Axis("m", "m", "1", "width over base width", 0.1, 100.0),
        Axis("depth", "depth_ratio", "1", "layers over base layers", 0.1, 100.0),
        Axis("alpha", "alpha", "1", "exponent of the branch", 0.5, 1.0, default=1.0),
    ),
    outputs=(
        Axis("branch", "multiplier", "1", "factor of each residual branch", 1e-2, 10.0),
        Axis("logits", "multiplier", "1", "factor of the output", 1e-2, 10.0),
        Axis("vocabulary_lr", "lr", "1", "embedding and unembedding: rate of Adam", 1.0, 1.0),
        Axis("vocabulary_eps", "eps", "1", "embedding and unembedding: eps of Adam", 1e-2, 10.0),
        Axis("hidden_variance", "variance", "1", "hidden matrices: initial variance", 1e-2, 10.0),
        Axis("hidden_lr", "lr", "1", "hidden matrices: rate of Adam", 1e-3, 100.0),
        Axis("hidden_decay", "weight_decay", "1", "hidden matrices: weight decay", 0.1, 100.0),
        Axis("block_eps", "eps", "1", "in blocks: eps of Adam", 1e-4, 100.0),
        Axis("block_lr", "lr", "1", "biases and norms in blocks: rate of Adam", 1e-1, 10.0),
        Axis("final_norm_lr", "lr", "1", "final norm: rate of Adam", 1.0, 1.0),
        Axis("other_decay", "weight_decay", "1", "everything else: weight decay", 1.0, 1.0),
    ),
    formula=multipliers,
    refuse=forbidden,
    source="completep2025",
    where="arXiv 2505.01618 and 2310.02244; branch rule in the text, table recalled",
    reported=(
        Reported(
            {"m": 2.0, "depth": 4.0},
            {
                "branch": 0.25,
                "logits": 0.5,
                "hidden_variance": 0.5,
                "hidden_lr": 0.5,
                "hidden_decay": 2.0,
                "block_eps": 0.125,
                "block_lr": 1.0,
            },
            1e-12,
        ),
        Reported(
            {"m": 2.0, "depth": 4.0, "alpha": 0.5},
            {"branch": 0.5, "hidden_lr": 0.25, "block_lr": 0.5, "block_eps": 0.25},
            1e-12,
        ),
    ),
    scope=(
        "Pre-norm residual blocks, x + branch*F(norm(x)), with Adam.",
        "Only alpha = 1 transfers over depth and keeps every layer learning (completep2025).",
        "The table per tensor is recalled: check it by isoflop coordcheck before a large run.",
    ),
)
