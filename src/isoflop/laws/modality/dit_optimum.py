"""Compute-optimal size, tokens, loss and image quality of a diffusion transformer."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def optimum(C: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    return 0.0009 * C**0.5681, 186.8535 * C**0.4319, 2.3943 * C**-0.0273, 2.2566e6 * C**-0.234


RULE = Rule(
    name="dit_optimum",
    entry="X102",
    about="What to train at a budget: text-to-image diffusion transformers.",
    inputs=(Axis("C", "flops", "FLOP", "training compute", 1e17, 1.5e21),),
    outputs=(
        Axis("N", "params", "parameters", "compute-optimal size", 1e6, 1e9),
        Axis("D", "tokens", "tokens", "compute-optimal tokens", 1e9, 1e12),
        Axis("loss", "loss", "loss of rectified flow", "loss at the optimum", 0.5, 1.0),
        Axis("fid", "fid", "1", "distance to real images, in features of CLIP", 10.0, 300.0),
    ),
    formula=optimum,
    source="dit-laws2024",
    where="fits to isoFLOP minima of 1e17 to 6e18 FLOP, read in a digest of arXiv 2410.08184",
    reported=(
        Reported({"C": 1.5e21}, {"N": 9.65e8, "loss": 0.6325, "fid": 25.0}, 5e-3),
        Reported({"C": 1.5e21}, {"N": 958.3e6}, 1e-2),
    ),
    scope=(
        "One setting: 108M image-text pairs, rectified flow, batch 1024; no floor.",
        "Own runs: isoflop allocate estimates the same exponents from isoFLOP curves.",
    ),
)
