"""Best learning rate of value-based reinforcement learning against updates a sample."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def rate(sigma: Operand, a: Operand, b: Operand) -> Operand:
    return a * power(sigma, -b)


LAW = Law(
    name="utd_rate",
    entry="X108",
    about="Learning rate falls as a power of the updates-to-data ratio: plasticity is lost.",
    target="lr",
    inputs=("sigma",),
    formula=rate,
    source="rl-utd2025",
    axes=(Axis("sigma", "utd", "1", "gradient updates a new sample", 0.25, 64.0),),
    parameters=(
        Parameter("a", "1", 1e-8, 1e2, "best rate at one update a sample"),
        Parameter("b", "1", 0.0, 3.0, "how it falls; share it over the tasks of a benchmark"),
    ),
    claims=(Claim("decreases", in_="sigma"),),
    scope=("On bootstrapped best rates of 8 to 10 seeds: fit.rl_updates.",),
)
