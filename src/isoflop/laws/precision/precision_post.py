"""Quantising after training: the more tokens a model has seen, the more it loses."""

from __future__ import annotations

from isoflop.laws.algebra import exp, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    D: Operand,
    P_post: Operand,
    A: Operand,
    alpha: Operand,
    B: Operand,
    beta: Operand,
    E: Operand,
    C_T: Operand,
    g_D: Operand,
    g_N: Operand,
    g_post: Operand,
) -> Operand:
    trained = A * power(N, -alpha) + B * power(D, -beta) + E
    return trained + C_T * power(D, g_D) * power(N, -g_N) * exp(-P_post / g_post)


LAW = Law(
    name="precision_post",
    entry="X50",
    about="Loss after quantising the trained weights: rises again beyond some number of tokens.",
    target="loss",
    inputs=("N", "D", "P_post"),
    axes=(Axis("P_post", "bits_post", "bit", "bits of the weights after training", 3.0, 16.0),),
    formula=loss,
    source="precision2024",
    parameters=(
        Parameter("A", "nat/token", 1e-3, 1e12, "price of too few parameters"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters"),
        Parameter("B", "nat/token", 1e-3, 1e12, "price of too few tokens"),
        Parameter("beta", "1", 0.01, 2.0, "return on tokens"),
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("C_T", "nat/token", 1e-9, 1e6, "price of quantising"),
        Parameter("g_D", "1", 0.01, 2.0, "how that price rises with tokens"),
        Parameter("g_N", "1", 0.01, 2.0, "how that price falls with size"),
        Parameter("g_post", "bit", 0.1, 10.0, "bits that cut the price by e"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="P_post")),
    scope=(
        "Training in full precision; with fewer bits in training put the effective size for N.",
        "That such models lose less when quantised later is part of the full law of the source, "
        "recalled only and left out.",
        "The source reaches R2 0.90 on the loss added by quantising; no coefficients ship.",
    ),
)
