"""Unit scaling: static factors that give every tensor a scale of one at the start."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def factors(
    fan_in: FloatArray, fan_out: FloatArray, rows: FloatArray, tau: FloatArray, vocab: FloatArray
) -> tuple[FloatArray, ...]:
    whole = (1.0 + tau**2) ** 0.5
    return (
        *(fan_in**-0.5, fan_out**-0.5, rows**-0.5, (fan_in * fan_out) ** -0.25),
        *(1.0 / whole, tau / whole, vocab / (vocab - 1.0) ** 0.5),
    )


def forbidden(at: Mapping[str, FloatArray]) -> str | None:
    return "needs a vocabulary above one" if (at["vocab"] <= 1.0).any() else None


RULE = Rule(
    name="unit_scaling",
    entry="P03",
    about="y = X*W/sqrt(fan_in) with W of variance one; a factor for each pass, fixed beforehand.",
    inputs=(
        Axis("fan_in", "fan_in", "1", "inputs of the matrix", 16.0, 65536.0),
        Axis("fan_out", "fan_out", "1", "outputs of the matrix", 16.0, 65536.0),
        Axis("rows", "rows", "1", "rows of the input: sequences times positions", 1.0, 1e7),
        Axis("tau", "tau", "1", "weight of the residual branch", 0.0, 4.0, zero=True, default=1.0),
        Axis("vocab", "vocab", "1", "classes of the cross-entropy", 2.0, 3e5, default=32768.0),
    ),
    outputs=(
        Axis("forward", "multiplier", "1", "factor of the output", 1e-3, 1.0),
        Axis("input_gradient", "multiplier", "1", "factor of the input's gradient", 1e-3, 1.0),
        Axis(
            "weight_gradient",
            "multiplier",
            "1",
            "of gradients of weights, biases, gains",
            1e-4,
            1.0,
        ),
        Axis("mean", "multiplier", "1", "forward and input gradient where one must do", 1e-3, 1.0),
        Axis("skip", "multiplier", "1", "factor of the skip of a residual sum", 0.0, 1.0),
        Axis("branch", "multiplier", "1", "factor of its branch", 0.0, 1.0),
        Axis("logits_gradient", "multiplier", "1", "factor of the logits' gradient", 1.0, 1e3),
    ),
    formula=factors,
    refuse=forbidden,
    source="unitscaling2023",
    where="arXiv 2303.11257 and the package; the factor of the logits' gradient is recalled",
    reported=(
        Reported(
            {"fan_in": 256.0, "fan_out": 1024.0, "rows": 4096.0, "tau": 1.0},
            {
                "forward": 1.0 / 16.0,
                "input_gradient": 1.0 / 32.0,
                "weight_gradient": 1.0 / 64.0,
                "skip": 0.5**0.5,
                "branch": 0.5**0.5,
            },
            1e-12,
        ),
    ),
    scope=(
        "Numerics only (FP8, FP16 without loss scaling); for rates that transfer see u_mup.",
        "Edges that are not cuts of the graph need one factor for both passes: the package's "
        "default takes the forward one, mean is the geometric alternative.",
        "A larger tau means more branch; the package's docstring says the reverse.",
        "Attention, softmax and activations have fixed empirical factors that are not here.",
    ),
)
