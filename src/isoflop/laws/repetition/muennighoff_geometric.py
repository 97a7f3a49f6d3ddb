"""Loss when tokens are repeated: every epoch is worth a fixed share less than the one before."""

from __future__ import annotations

from isoflop.laws.algebra import exp, greater, lesser, named, power
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    D: Operand,
    U: Operand,
    E: Operand,
    A: Operand,
    B: Operand,
    alpha: Operand,
    q: Operand,
    R_N: Operand,
) -> Operand:
    unique = named("U_D", lesser(D, U))
    size = named("U_N", lesser(N, unique * power(A / B, 1.0 / alpha)))
    tokens = named("D'", unique * (1.0 - power(1.0 - q, D / unique)) / q)
    excess = greater(N / size - 1.0, 0.0)
    parameters = named("N'", size + size * R_N * (1.0 - exp(-excess / R_N)))
    return E + A * power(parameters, -alpha) + B * power(tokens, -alpha)


LAW = Law(
    name="muennighoff_geometric",
    entry="L26",
    about="As muennighoff, but the worth of an epoch falls geometrically.",
    target="loss",
    inputs=("N", "D", "U"),
    formula=loss,
    source="muennighoff2023",
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("A", "nat/token", 1e-3, 1e12, "price of too few parameters"),
        Parameter("B", "nat/token", 1e-3, 1e12, "price of too few tokens"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters and on tokens"),
        Parameter("q", "1", 1e-3, 0.99, "share of its worth a token loses each epoch"),
        Parameter("R_N", "1", 0.1, 1e3, "excess after which a parameter is worth 1/e"),
    ),
    claims=(
        Claim("decreases", in_="N"),
        Claim("decreases", in_="D"),
        Claim("decreases", in_="U"),
        Claim("tends to", "E"),
    ),
    scope=(
        "Cannot show a loss that rises with epochs (large N on few unique tokens).",
        "Excess parameters decay as in muennighoff; only the worth of tokens is geometric.",
        "Tokens are worth at most 1/q times the unique ones; no coefficients are printed.",
    ),
)
