"""Losses read off a figure: uniform within half a step of the reading."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.measure.noise_model import NoiseModel, Values
from isoflop.measure.setting import Setting


def _sd(loss: FloatArray, v: Values) -> FloatArray:
    return np.asarray(v["step"] / np.sqrt(12.0) / loss)


def _draw(loss: FloatArray, labels: IntArray, v: Values, rng: np.random.Generator) -> FloatArray:
    # A loss near zero is read as positive, as a log axis would show it.
    half = np.minimum(v["step"] / 2.0, 0.999 * loss)
    return np.asarray(loss + half * rng.uniform(-1.0, 1.0, len(loss)))


NOISE = NoiseModel(
    name="digitised",
    about="Reading error of a digitised figure: uniform in the loss itself.",
    kind="loss",
    settings=(
        # Catalogue M05: 0.01 quantisation of digitised losses, simulated as uniform +-0.005.
        Setting("step", 0.01, 1e-9, 10.0, "width of the uniform error, in units of the loss"),
    ),
    sd=_sd,
    draw=_draw,
)
