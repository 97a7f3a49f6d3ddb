"""Scaling an optimal shape up in compute."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule

WIDTH, DEPTH, MLP = 0.22, 0.45, 0.6  # sovit2023, recalled


def grown(
    ratio: FloatArray, width: FloatArray, depth: FloatArray, d_ff: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    return width * ratio**WIDTH, depth * ratio**DEPTH, d_ff * ratio**MLP


RULE = Rule(
    name="sovit_growth",
    entry="L31",
    about="Each dimension grows by its own power of compute from a shape known to be optimal.",
    inputs=(
        Axis("ratio", "ratio", "1", "new compute over old", 0.01, 1e4),
        Axis("width", "width", "1", "optimal width at the old compute", 64.0, 8192.0),
        Axis("depth", "depth", "1", "optimal layers", 2.0, 100.0),
        Axis("d_ff", "d_ff", "1", "optimal feed-forward width", 128.0, 32768.0),
    ),
    outputs=(
        Axis("width_new", "width", "1", "width", 16.0, 1e5),
        Axis("depth_new", "depth", "1", "layers", 1.0, 1e4),
        Axis("d_ff_new", "d_ff", "1", "feed-forward width", 8.0, 1e7),
    ),
    formula=grown,
    source="sovit2023",
    where="exponents 0.22, 0.45, 0.6 of arXiv 2305.13035, recalled and not checked",
    reported=(
        Reported(
            {"ratio": 1024.0, "width": 768.0, "depth": 12.0, "d_ff": 3072.0},
            {"width_new": 768.0 * 2**2.2, "depth_new": 12.0 * 2**4.5, "d_ff_new": 3072.0 * 64.0},
            1e-12,
        ),
    ),
    example=True,
    scope=("Vision transformers; round to multiples that the hardware likes.",),
)
