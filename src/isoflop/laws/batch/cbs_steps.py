"""Steps to one loss by batch as a power law over a floor, for the 20% rule."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def steps(B: Operand, a: Operand, b: Operand, c: Operand) -> Operand:
    return a + b * power(B, -c)


LAW = Law(
    name="cbs_steps",
    entry="B06",
    about="S = a + b/B^c; the critical batch is where S is 20% above the linear extrapolation.",
    target="steps",
    inputs=("B",),
    axes=(Axis("B", "batch_tokens", "tokens", "batch size", 1e3, 1e8),),
    formula=steps,
    source="zhang2024",
    parameters=(
        Parameter("a", "1", 0.0, 1e8, "steps that no batch saves"),
        Parameter("b", "1", 1e-3, 1e16, "steps at a batch of one token"),
        Parameter("c", "1", 0.1, 2.0, "return on the batch; 1 is the hyperbola"),
    ),
    claims=(Claim("decreases", in_="B"), Claim("tends to", "a")),
    scope=(
        "The linear extrapolation starts at the largest batch still in linear scaling (256 "
        "sequences of 512 tokens in the paper); another start gives another critical batch.",
        "Constant rate with averaged weights in the source, so that one run serves all durations.",
    ),
)
