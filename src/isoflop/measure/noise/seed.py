"""Seed noise of losses: normal in ln loss, larger where the loss is higher."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.measure.noise_model import NoiseModel, Values
from isoflop.measure.setting import Setting


def _sd(loss: FloatArray, v: Values) -> FloatArray:
    """ln sd is linear in ln loss between the anchors, constant outside them."""
    anchors = np.log(sorted((v["low_loss"], v["high_loss"])))
    ends = np.log([v["sd_low"], v["sd_high"]])
    ends = ends if v["low_loss"] <= v["high_loss"] else ends[::-1]
    return np.asarray(np.exp(np.interp(np.log(loss), anchors, ends)))


def _draw(loss: FloatArray, labels: IntArray, v: Values, rng: np.random.Generator) -> FloatArray:
    return np.asarray(loss * np.exp(_sd(loss, v) * rng.standard_normal(len(loss))))


NOISE = NoiseModel(
    name="seed",
    about="Run-to-run noise: normal in ln loss, its sd between two anchors.",
    kind="loss",
    settings=(
        # Catalogue M05: seed sd 0.002 to 0.05 at small scale on a web corpus, larger at high loss.
        Setting("sd_low", 0.002, 1e-9, 10.0, "sd of ln loss at low_loss and below"),
        Setting("sd_high", 0.05, 1e-9, 10.0, "sd of ln loss at high_loss and above"),
        Setting("low_loss", 2.0, 1e-12, 1e6, "where sd_low holds (assumption: 2 nat/token)"),
        Setting("high_loss", 7.0, 1e-12, 1e6, "where sd_high holds (assumption: 7 nat/token)"),
    ),
    sd=_sd,
    draw=_draw,
)
