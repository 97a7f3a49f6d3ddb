"""How many experts to merge before the next one costs more than it gains."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def experts(A: FloatArray, b: FloatArray, cost: FloatArray) -> FloatArray:
    # Smallest whole k >= 1 with A/((k+b)(k+b+1)) < cost: root of the quadratic, then one up.
    root = -b - 0.5 + np.sqrt(0.25 + A / cost)
    return np.maximum(np.floor(root) + 1.0, 1.0)


RULE = Rule(
    name="experts_worth_merging",
    entry="X87",
    about="Smallest number of experts at which one more gains less than it costs.",
    inputs=(
        Axis("A", "A", "nat/token", "A(N) of expert_merge at one size", 0.01, 10.0),
        Axis("b", "b", "1", "b of expert_merge", 0.0, 10.0, zero=True),
        Axis("cost", "cost", "nat/token", "loss one expert must be worth", 1e-5, 1e-1),
    ),
    outputs=(Axis("k", "experts_merged", "1", "experts to merge", 1.0, 1e4),),
    formula=experts,
    source="merge-laws2025",
    where="marginal gain A/((k+b)(k+b+1)) of the law, recalled, not checked",
    reported=(Reported({"A": 1.0, "b": 0.0, "cost": 0.04}, {"k": 5.0}, 1e-12),),
    example=True,
    scope=("Says nothing of which experts to merge, nor of the method.",),
)
