"""One offset shared by all points of a trajectory, so that they are wrong together."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.measure.noise_model import NoiseModel, Values
from isoflop.measure.setting import Setting


def _sd(loss: FloatArray, v: Values) -> FloatArray:
    return np.full(len(loss), v["sd"])


def _draw(loss: FloatArray, labels: IntArray, v: Values, rng: np.random.Generator) -> FloatArray:
    offsets = v["sd"] * rng.standard_normal(int(labels.max(initial=-1)) + 1)
    return np.asarray(loss * np.exp(offsets[labels]))


NOISE = NoiseModel(
    name="trajectory",
    about="An offset of ln loss that all rows of one run (or one model size) share.",
    kind="loss",
    settings=(
        # Catalogue M05: family-level offset, sd 0.002.
        Setting("sd", 0.002, 1e-9, 10.0, "sd of the shared offset of ln loss"),
    ),
    sd=_sd,
    draw=_draw,
)
