"""Adam's beta2 by size: smaller models take smaller batches and need a longer memory."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule

BOUNDARY = 220e6  # parameters, porian2024: "about"


def beta2(N: FloatArray) -> FloatArray:
    return np.where(N < BOUNDARY, 0.99, 0.95)


RULE = Rule(
    name="porian_beta2",
    entry="B13",
    about="The beta2 that goes with porian_lr and porian_batch.",
    inputs=(Axis("N", "params", "parameters", "model size, one vocabulary matrix", 1e7, 1e10),),
    outputs=(Axis("beta2", "beta2", "1", "decay of Adam's second moment", 0.9, 1.0),),
    formula=beta2,
    source="porian2024",
    where="arXiv 2406.19146, tuned settings; the boundary is stated as about 220M",
    reported=(
        Reported({"N": 1e8}, {"beta2": 0.99}, 1e-12),
        Reported({"N": 1e9}, {"beta2": 0.95}, 1e-12),
    ),
    scope=("A step where the truth is a slope: keep the half-life in tokens when batches differ.",),
)
