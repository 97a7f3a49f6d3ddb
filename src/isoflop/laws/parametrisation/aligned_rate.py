"""Adam's rate of hidden matrices by width, for a given alignment of updates and activations."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def rates(m: FloatArray, alignment: FloatArray) -> tuple[FloatArray, FloatArray]:
    return m ** (-0.5 - 0.5 * alignment), np.ones_like(m * alignment)


def forbidden(at: Mapping[str, FloatArray]) -> str | None:
    outside = ~np.isin(at["alignment"], (0.0, 0.5, 1.0))
    return "knows an alignment of 0, 1/2 or 1" if outside.any() else None


RULE = Rule(
    name="aligned_rate",
    entry="P07",
    about="Full alignment (1) is muP's 1/width; none (0) allows 1/sqrt(width).",
    inputs=(
        Axis("m", "m", "1", "width over base width", 0.1, 100.0),
        # three values only, so checks draw one
        Axis(
            "alignment",
            "alignment",
            "1",
            "0 none, 1/2 half, 1 full",
            0.0,
            0.0,
            zero=True,
            default=1.0,
        ),
    ),
    outputs=(
        Axis("hidden_lr_adam", "lr", "1", "rate of Adam over the base", 1e-2, 10.0),
        Axis("hidden_lr_sgd", "lr", "1", "rate of SGD over the base, in muP", 1.0, 1.0),
    ),
    formula=rates,
    refuse=forbidden,
    source="everett2024",
    where="arXiv 2407.05872; ends from a digest, the middle is interpolated",
    reported=(
        Reported({"m": 16.0}, {"hidden_lr_adam": 1.0 / 16.0}, 1e-12),
        Reported({"m": 16.0, "alignment": 0.0}, {"hidden_lr_adam": 0.25}, 1e-12),
        Reported({"m": 16.0, "alignment": 0.5}, {"hidden_lr_adam": 0.125}, 1e-12),
    ),
    scope=(
        "Which alignment a model has is measured: isoflop coordcheck over widths.",
        "Adam's eps underflows at small gradients and looks like an alignment: scale it per layer.",
        "Any of standard, NTK, muP and mean-field transfers with the right rate per layer.",
        "Transfer curves over short horizons hide the effect.",
    ),
)
