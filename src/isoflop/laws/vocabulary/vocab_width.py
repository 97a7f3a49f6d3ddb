"""Width of a model of given size, as the vocabulary study chose it."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule

# Parameters without vocabulary, width.
SIZES = np.array(
    [
        *(33e6, 85e6, 151e6, 302e6, 631e6, 1.13e9, 2.87e9),
        *(7e9, 13e9, 30e9, 70e9, 130e9, 300e9),
    ]
)
WIDTHS = np.array(
    [512, 768, 768, 1024, 1536, 2048, 3200, 4096, 5120, 6048, 8192, 12288, 16384], dtype=float
)


def width(N_ne: FloatArray) -> FloatArray:
    distance = np.abs(np.log(np.asarray(N_ne)[..., None]) - np.log(SIZES))
    return np.asarray(WIDTHS[distance.argmin(axis=-1)])


RULE = Rule(
    name="vocab_width",
    entry="X34",
    about="Width of the nearest size in the study: vocabulary entries are parameters over width.",
    inputs=(Axis("N_ne", "params_non_embedding", "parameters", "other parameters", 3e7, 3e11),),
    outputs=(Axis("d", "width", "1", "width", 512.0, 16384.0),),
    formula=width,
    source="vocabulary2024",
    where="table of shapes of arXiv 2407.13623, recalled",
    reported=(
        Reported({"N_ne": 7e9}, {"d": 4096.0}, 1e-12),
        Reported({"N_ne": 1.13e9}, {"d": 2048.0}, 1e-12),
    ),
    example=True,
    scope=("Widths change in steps, so the vocabulary of neighbouring sizes jumps.",),
)
