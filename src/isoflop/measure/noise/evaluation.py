"""Noise of benchmark accuracies: a finite number of items, and the seed of the training run."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.measure.noise_model import NoiseModel, Values
from isoflop.measure.setting import Setting


def _sd(score: FloatArray, v: Values) -> FloatArray:
    """The two add up in variance; the seed moves the chance of each item, E[p(1-p)] = q - sd^2."""
    within = np.maximum(score * (1.0 - score) - v["sd"] ** 2, 0.0) / v["items"]
    return np.asarray(np.sqrt(within + v["sd"] ** 2))


def _draw(score: FloatArray, labels: IntArray, v: Values, rng: np.random.Generator) -> FloatArray:
    chance = np.clip(score + v["sd"] * rng.standard_normal(len(score)), 0.0, 1.0)
    return rng.binomial(int(v["items"]), chance) / v["items"]


NOISE = NoiseModel(
    name="evaluation",
    about="Accuracy over a finite number of items (binomial), plus seed noise of the model.",
    kind="score",
    settings=(
        # Catalogue M05, seed sd at 7B: MMLU 0.0057, HellaSwag 0.0021, COPA 0.0215.
        Setting("items", 1000, 1, 1e9, "items of the benchmark (assumption)", whole=True),
        Setting("sd", 0.0057, 0.0, 0.5, "seed sd of the accuracy; the default is MMLU's at 7B"),
    ),
    sd=_sd,
    draw=_draw,
)
