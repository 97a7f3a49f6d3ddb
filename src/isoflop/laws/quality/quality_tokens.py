"""Loss in tokens weighted by the diversity and the syntheticity of their text."""

from __future__ import annotations

from isoflop.laws.algebra import exp, log, named, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand

REFERENCE = 1e8  # parameters at which c2 is read; ours, so that c2 and c21 are told apart


def loss(
    N: Operand,
    D: Operand,
    div: Operand,
    syn: Operand,
    E: Operand,
    A: Operand,
    alpha: Operand,
    B: Operand,
    beta: Operand,
    c1: Operand,
    c2: Operand,
    c21: Operand,
) -> Operand:
    worth = c1 * div + (c2 + c21 * log(N / REFERENCE)) * syn
    tokens = named("D_q", D * exp(worth))
    return E + A * power(N, -alpha) + B * power(tokens, -beta)


LAW = Law(
    name="quality_tokens",
    entry="X18",
    about="Chinchilla in effective tokens D_q = D*exp(c1*div + c2(N)*syn).",
    target="loss",
    inputs=("N", "D", "div", "syn"),
    formula=loss,
    source="qualitytokens2024",
    axes=(
        Axis("div", "diversity", "1", "diversity of the text, standardised", -2.0, 2.0, True),
        Axis("syn", "syntheticity", "1", "syntheticity, standardised", -2.0, 2.0, True),
    ),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("A", "nat/token", 1e-3, 1e8, "price of too few parameters"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters"),
        Parameter("B", "nat/token", 1e-3, 1e8, "price of too few effective tokens"),
        Parameter("beta", "1", 0.01, 2.0, "return on effective tokens"),
        Parameter("c1", "1", -3.0, 3.0, "log of what one sd of diversity multiplies tokens by"),
        Parameter("c2", "1", -3.0, 3.0, "the same of syntheticity, at 100M parameters"),
        Parameter("c21", "1", -1.0, 1.0, "how c2 grows with ln N; hold it at 0 to leave it out"),
    ),
    claims=(Claim("decreases", in_="D"),),
    scope=(
        "The exponential weight is recalled, not checked; no coefficients are known.",
        "Standardise div and syn over the corpora, and say which compression and which teacher.",
        "Small models favour text that looks synthetic: test c21 = 0 (isoflop.fit.quality_tokens).",
    ),
)
