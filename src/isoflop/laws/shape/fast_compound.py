"""Fast compound scaling of convolutional nets: mostly width, so that activations grow slowly."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def scaled(
    s: FloatArray, alpha: FloatArray, depth: FloatArray, width: FloatArray, resolution: FloatArray
) -> tuple[FloatArray, ...]:
    rest = 0.5 * (1.0 - alpha)
    return (
        s**rest * depth,
        s ** (0.5 * alpha) * width,
        s ** (0.5 * rest) * resolution,
        s ** (1.0 - 0.5 * alpha),
    )


def refusal(values: Mapping[str, FloatArray]) -> str | None:
    return "needs alpha of one or less" if (values["alpha"] > 1.0).any() else None


RULE = Rule(
    name="fast_compound",
    entry="X59",
    about="Depth, width and resolution for s times the compute of a convolutional net.",
    inputs=(
        Axis("s", "s", "1", "new over old compute", 0.1, 100.0),
        Axis("alpha", "alpha", "1", "share of the compute put into width", 0.05, 1.0, True, 0.8),
        Axis("depth", "depth", "1", "old layers", 1.0, 100.0, default=1.0),
        Axis("width", "width", "1", "old channels", 1.0, 1e4, default=1.0),
        Axis("resolution", "resolution", "pixel", "old side of the image", 1.0, 1e3, default=1.0),
    ),
    outputs=(
        Axis("depth_new", "depth", "1", "new layers", 1.0, 1e3),
        Axis("width_new", "width", "1", "new channels", 1.0, 1e5),
        Axis("resolution_new", "resolution", "pixel", "new side of the image", 1.0, 1e4),
        Axis("activations", "activations", "1", "new over old activations", 0.1, 100.0),
    ),
    formula=scaled,
    source="fastscaling2021",
    where="arXiv 2103.06877; exponents recalled, that compute grows by exactly s is an identity; "
    "activations are the product depth * width * resolution^2",
    reported=(
        # Width alone: activations grow with the square root of the compute.
        Reported({"s": 16.0, "alpha": 1.0}, {"width_new": 4.0, "activations": 4.0}, 1e-12),
        Reported({"s": 8.0, "alpha": 1 / 3}, {"depth_new": 2.0, "width_new": 8 ** (1 / 6)}, 1e-12),
    ),
    scope=(
        "alpha = 1/3 is uniform compound scaling, 0.8 the recommended fast one.",
        "The abstract as it circulates says O(s) for both rules: a square root was lost.",
        "Choose by predicted time from compute and activations, not by compute alone.",
    ),
)
