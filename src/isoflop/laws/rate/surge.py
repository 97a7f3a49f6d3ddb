"""Best learning rate of Adam by batch: it rises, peaks at the noise scale of signs, and falls."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Law, Parameter
from isoflop.laws.traced import Operand


def rate(B: Operand, lr_max: Operand, B_n: Operand) -> Operand:
    root = power(B_n / B, 0.5)
    return 2.0 * lr_max / (root + 1.0 / root)


LAW = Law(
    name="surge",
    entry="B23",
    about="sqrt(B) below B_n, 1/sqrt(B) above it: sqrt_rule is its small-batch limit.",
    target="lr",
    inputs=("B",),
    axes=(Axis("B", "batch_tokens", "tokens", "batch size", 1e3, 1e8),),
    formula=rate,
    source="surge2024",
    parameters=(
        Parameter("lr_max", "1", 1e-7, 10.0, "best rate at its peak"),
        Parameter("B_n", "tokens", 1.0, 1e12, "noise scale of the sign gradient"),
    ),
    scope=(
        "Fit to the vertex of ln loss over ln rate at each of five or more batches over a factor "
        "30, and compare with straight lines of slope 1/2 and 1.",
        "B_n grows during training, so the peak moves to larger batches: see time_transfer.",
        "B_n is fitted; it is not the noise scale that two batches measure.",
        "Sign descent on a quadratic: the fall needs curvature between coordinates. The linear "
        "rule never holds in this model.",
    ),
)
