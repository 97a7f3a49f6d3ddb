"""u-muP's residual sums: how much each branch adds to the stream."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def weights(
    i: FloatArray, n: FloatArray, r_mult: FloatArray, r_ratio: FloatArray
) -> tuple[FloatArray, ...]:
    mlp = r_mult * (2.0 / (1.0 + r_ratio**2)) ** 0.5
    attention = r_ratio * mlp
    before = np.ceil(i / 2.0) * attention**2 + np.floor(i / 2.0) * mlp**2
    alpha = np.where(i % 2.0 == 0.0, attention, mlp)
    tau = alpha / (n / 2.0 + before) ** 0.5
    whole = (1.0 + tau**2) ** 0.5
    return tau, 1.0 / whole, tau / whole


def forbidden(at: Mapping[str, FloatArray]) -> str | None:
    whole = (at["i"] == np.floor(at["i"])) & (at["i"] < at["n"])
    return None if whole.all() else "needs a whole branch number i below n"


RULE = Rule(
    name="u_mup_residual",
    entry="P04",
    about="Every branch of a kind ends with the same weight; even branches are attention.",
    inputs=(
        # whole numbers only, so checks draw one
        Axis("i", "i", "1", "branch, counted from 0", 1.0, 1.0, zero=True),
        Axis("n", "n", "1", "residual branches, two a layer", 2.0, 256.0),
        Axis("r_mult", "r_mult", "1", "residual multiplier", 0.25, 4.0, default=1.0),
        Axis("r_ratio", "r_ratio", "1", "attention over feed-forward", 0.25, 4.0, default=1.0),
    ),
    outputs=(
        Axis("tau", "tau", "1", "weight of the branch", 1e-3, 10.0),
        Axis("skip", "multiplier", "1", "factor of the skip", 0.0, 1.0),
        Axis("branch", "multiplier", "1", "factor of the branch", 0.0, 1.0),
    ),
    formula=weights,
    refuse=forbidden,
    source="umup2024",
    where="arXiv 2407.17465, the official package",
    reported=(
        Reported({"i": 0.0, "n": 2.0}, {"tau": 1.0}, 1e-12),
        Reported({"i": 1.0, "n": 2.0}, {"tau": 0.5**0.5}, 1e-12),
        Reported({"i": 2.0, "n": 8.0}, {"tau": 6.0**-0.5}, 1e-12),
    ),
    scope=("Pre-norm blocks with one attention and one feed-forward branch a layer.",),
)
