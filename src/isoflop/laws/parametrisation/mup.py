"""muP as its package writes it: multipliers of scales and rates by the width ratio."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def multipliers(
    m: FloatArray, d_head: FloatArray, d_head_base: FloatArray
) -> tuple[FloatArray, ...]:
    one = np.ones_like(m)
    hidden = (m**-0.5, 1.0 / m, m, one, 1.0 / m)
    vector = (one, one, one, m, 1.0 / m)
    return (*hidden, *vector, 1.0 / m, d_head_base**0.5 / d_head)


RULE = Rule(
    name="mup",
    entry="P01",
    about="The best learning rate of a narrow model is that of a wide one; all times the base.",
    inputs=(
        Axis("m", "m", "1", "width over base width", 0.1, 100.0),
        Axis("d_head", "d_head", "1", "width of a head", 16.0, 256.0, default=64.0),
        Axis(
            "d_head_base",
            "d_head_base",
            "1",
            "where attention is the usual",
            16.0,
            256.0,
            False,
            64.0,
        ),
    ),
    outputs=(
        Axis("hidden_sd", "sd", "1", "hidden matrices: initial sd", 0.1, 10.0),
        Axis("hidden_lr_adam", "lr", "1", "hidden matrices: rate of Adam", 0.01, 10.0),
        Axis("hidden_decay", "weight_decay", "1", "hidden: decay, rate*decay stays", 0.1, 100.0),
        Axis("hidden_lr_sgd", "lr", "1", "hidden matrices: rate of SGD", 1.0, 1.0),
        Axis("hidden_eps", "eps", "1", "hidden matrices: eps of Adam", 0.01, 10.0),
        Axis("vector_sd", "sd", "1", "embedding, head, norms, biases: initial sd", 1.0, 1.0),
        Axis("vector_lr_adam", "lr", "1", "the same: rate of Adam", 1.0, 1.0),
        Axis("vector_decay", "weight_decay", "1", "the same: decay", 1.0, 1.0),
        Axis("vector_lr_sgd", "lr", "1", "the same: rate of SGD", 0.1, 100.0),
        Axis("vector_eps", "eps", "1", "the same: eps of Adam", 0.01, 10.0),
        Axis("logits", "multiplier", "1", "factor of the output", 0.01, 10.0),
        Axis("attention", "multiplier", "1", "factor of the attention scores", 1e-3, 1.0),
    ),
    formula=multipliers,
    source="mup2022",
    where="arXiv 2203.03466, the official package and appendix B of the paper",
    reported=(
        Reported(
            {"m": 4.0, "d_head": 64.0, "d_head_base": 64.0},
            {
                "hidden_sd": 0.5,
                "hidden_lr_adam": 0.25,
                "hidden_decay": 4.0,
                "vector_lr_sgd": 4.0,
                "logits": 0.25,
                "attention": 0.125,
            },
            1e-12,
        ),
    ),
    scope=(
        "Rate, momentum, initial scale, multipliers and schedule transfer; dropout and weight "
        "decay do not in theory; depth, batch, context and horizon only as far as measured.",
        "Tied embeddings need the output factor; gains of norms and an unscaled eps break it.",
        "Start queries and the head at zero. Prove it by a coordinate check: isoflop coordcheck.",
        "A matrix whose two sides grow by different ratios: divide the SGD rate by their ratio.",
    ),
)
