"""Best learning rate by batch and training tokens, through a critical batch that grows."""

from __future__ import annotations

from isoflop.laws.algebra import named, power
from isoflop.laws.law import Axis, Law, Parameter
from isoflop.laws.traced import Operand


def rate(B: Operand, D: Operand, lr_max: Operand, c: Operand, q: Operand) -> Operand:
    root = named("r", power(c * power(D, q) / B, 0.5))
    return 2.0 * lr_max / (root + 1.0 / root)


LAW = Law(
    name="time_transfer",
    entry="B08",
    about="The surge form with B_crit = c*D^q: rises with tokens, then falls, at a fixed batch.",
    target="lr",
    inputs=("B", "D"),
    axes=(
        Axis("B", "batch_tokens", "tokens", "batch size", 1e4, 1e8),
        Axis("D", "tokens", "tokens", "training tokens", 1e8, 1e13),
    ),
    formula=rate,
    source="filatov2024",
    parameters=(
        Parameter("lr_max", "1", 1e-7, 10.0, "best rate where the batch is critical"),
        Parameter("c", "tokens^(1-q)", 1e-8, 1e9, "critical batch at one token"),
        Parameter("q", "1", 0.0, 1.0, "growth of the critical batch with tokens"),
    ),
    scope=(
        "The source claims q = 1 from few points: an upper bound beside 0.46-0.57 of others.",
        "Needs the vertex of rate sweeps at three horizons and three batches or more.",
        "Rates are those of a width-transferring parametrisation (muP).",
        "The form between the two branches is that of surge2024, an assumption of ours.",
    ),
)
