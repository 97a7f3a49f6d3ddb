"""Performance at a larger size from two smaller ones, on a line in the log of the size."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def projected(
    n: FloatArray,
    n_0: FloatArray,
    V_0: FloatArray,
    n_1: FloatArray,
    V_1: FloatArray,
    best: FloatArray,
) -> FloatArray:
    line = (np.log(n / n_0) * V_1 - np.log(n / n_1) * V_0) / np.log(n_1 / n_0)
    return np.minimum(line, best)


def refusal(given: Mapping[str, FloatArray]) -> str | None:
    if (given["n_1"] <= given["n_0"]).any():
        return "needs n_1 above n_0"
    return None


RULE = Rule(
    name="ot_projection",
    entry="X28",
    about="Stage two of projektor: log-linear in the number of samples, no parameter fitted.",
    inputs=(
        Axis("n", "samples", "samples", "size asked for", 1e3, 1e7),
        Axis("n_0", "samples_small", "samples", "smaller size measured", 1e2, 1e3),
        Axis("V_0", "score_small", "score", "performance there", 0.0, 1.0, True),
        Axis("n_1", "samples_large", "samples", "larger size measured", 1e3, 1e4),
        Axis("V_1", "score_large", "score", "performance there", 0.0, 1.0, True),
        Axis("best", "score_best", "score", "best attainable", 0.5, 1.0, default=1.0),
    ),
    outputs=(Axis("V", "score", "score", "performance at n", -10.0, 1.0),),
    formula=projected,
    source="projektor2023",
    where="projection between data sizes; the formula is recalled, not checked",
    reported=(
        Reported({"n": 1e3, "n_0": 1e3, "V_0": 0.4, "n_1": 4e3, "V_1": 0.5}, {"V": 0.4}, 1e-12),
        Reported({"n": 4e3, "n_0": 1e3, "V_0": 0.4, "n_1": 4e3, "V_1": 0.5}, {"V": 0.5}, 1e-12),
    ),
    refuse=refusal,
    example=True,
    scope=(
        "Overshoots near saturation: it is cut at the best attainable.",
        "With four sizes or more fit a power law in their place (isoflop fit).",
    ),
)
