"""Loss of a model that reads from a datastore: size, tokens, and the logarithm of the store."""

from __future__ import annotations

from isoflop.laws.algebra import log, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    D: Operand,
    M_s: Operand,
    E: Operand,
    A: Operand,
    alpha: Operand,
    B: Operand,
    beta: Operand,
    G: Operand,
    M_0: Operand,
) -> Operand:
    return E + A * power(N, -alpha) + B * power(D, -beta) - G * log(1.0 + M_s / M_0)


LAW = Law(
    name="retrieval",
    entry="X32",
    about="Chinchilla less G*ln(1 + M_s/M_0), M_s the tokens of the datastore.",
    target="loss",
    inputs=("N", "D", "M_s"),
    formula=loss,
    source="massiveds2024",
    scale="level",
    axes=(Axis("M_s", "tokens_datastore", "tokens", "tokens of the datastore", 0.0, 1.4e12, True),),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss without store that no scale removes"),
        Parameter("A", "nat/token", 1e-3, 1e8, "price of too few parameters"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters"),
        Parameter("B", "nat/token", 1e-3, 1e8, "price of too few tokens"),
        Parameter("beta", "1", 0.01, 2.0, "return on tokens"),
        Parameter("G", "nat/token", 1e-5, 1.0, "gain from an e-fold larger store"),
        Parameter("M_0", "tokens", 1e5, 1e12, "store from which the gain begins"),
    ),
    claims=(
        Claim("decreases", in_="N"),
        Claim("decreases", in_="D"),
        Claim("decreases", in_="M_s"),
    ),
    scope=(
        "Our own form, inside the fitted range only: a logarithm has no floor.",
        "The source found no saturation up to 1.4T tokens; no coefficients are published.",
        "The cost of retrieval when serving is charged apart.",
    ),
)
