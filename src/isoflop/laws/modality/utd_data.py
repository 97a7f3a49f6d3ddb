"""Samples a value-based agent needs to reach a score, against updates a sample."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def samples(sigma: Operand, D_min: Operand, beta: Operand, alpha: Operand) -> Operand:
    return D_min + power(beta / sigma, alpha)


LAW = Law(
    name="utd_data",
    entry="X108",
    about="Data to a score falls with reuse down to a least amount.",
    target="samples",
    inputs=("sigma",),
    formula=samples,
    source="rl-utd2025",
    axes=(Axis("sigma", "utd", "1", "gradient updates a new sample", 0.25, 64.0),),
    parameters=(
        Parameter("D_min", "samples", 0.0, 1e9, "samples that no reuse saves"),
        Parameter("beta", "1", 1e-3, 1e30, "scale of the reuse"),
        Parameter("alpha", "1", 0.05, 5.0, "return on reuse"),
    ),
    claims=(Claim("decreases", in_="sigma"), Claim("tends to", "D_min")),
    scope=(
        "At the batch of utd_batch and the rate of utd_rate, one score at a time.",
        "The form is recalled; no numbers ship.",
    ),
)
