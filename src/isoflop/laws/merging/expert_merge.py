"""Loss after merging experts, from their number and the size of the base model."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    k: Operand,
    E: Operand,
    B: Operand,
    beta: Operand,
    A0: Operand,
    gamma: Operand,
    b: Operand,
) -> Operand:
    return E + B * power(N, -beta) + A0 * power(N, -gamma) / (k + b)


LAW = Law(
    name="expert_merge",
    entry="X87",
    about="Expected loss of k merged experts: a floor in size plus a gain that falls as 1/k.",
    target="loss",
    inputs=("N", "k"),
    formula=loss,
    source="merge-laws2025",
    axes=(
        Axis("N", "params", "parameters", "size of the base model", 1e8, 1e11),
        Axis("k", "experts_merged", "1", "number of merged experts", 1.0, 100.0),
    ),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that neither size nor merging removes"),
        Parameter("B", "nat/token", 1e-3, 1e12, "price of a small base model"),
        Parameter("beta", "1", 0.01, 2.0, "return on size"),
        Parameter("A0", "nat/token", 1e-6, 1e9, "gain of merging at one parameter"),
        Parameter("gamma", "1", 0.0, 2.0, "how the gain shrinks with size"),
        Parameter("b", "1", 0.0, 100.0, "experts the first one is worth"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="k"), Claim("tends to", "E")),
    scope=(
        "An expectation over which experts are merged; the variance falls about as 1/k.",
        "Per size first (a floor and a gain each), then across sizes, where sizes are few.",
        "Recalled and not checked; no numbers ship.",
    ),
)
