"""Multilingual translation: a sampling weight multiplies the parameters that serve a pair."""

from __future__ import annotations

from isoflop.laws.algebra import greater, named, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand

REST = 1e-12  # of the weight one: nothing is left for other pairs, and no logarithm of zero


def loss(
    p: Operand,
    N_ne: Operand,
    beta: Operand,
    alpha: Operand,
    L_inf: Operand,
    c1: Operand,
    c2: Operand,
    c3: Operand,
) -> Operand:
    share = named("f", p + c1 * power(p, c2) * power(greater(1.0 - p, REST), c3))
    return beta * power(share * N_ne, -alpha) + L_inf


LAW = Law(
    name="mnmt",
    entry="X31",
    about="Loss of one language pair at sampling weight p: effective parameters f(p)*N.",
    target="loss",
    inputs=("p", "N_ne"),
    formula=loss,
    source="mnmt2023",
    axes=(Axis("p", "share", "1", "sampling weight of the pair", 1e-3, 0.95),),
    parameters=(
        Parameter("beta", "nat/token", 1e-3, 1e8, "price of too few parameters at weight one"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters, the same at every weight"),
        Parameter("L_inf", "nat/token", 0.0, 10.0, "loss that no size removes"),
        Parameter("c1", "1", 0.0, 20.0, "parameters shared with other pairs"),
        Parameter("c2", "1", 0.05, 4.0, "how sharing starts at small weights"),
        Parameter("c3", "1", 0.05, 4.0, "how sharing ends towards weight one"),
    ),
    claims=(Claim("decreases", in_="N_ne"),),
    scope=(
        "N counts encoder and decoder without embeddings.",
        "At least four sizes at four weights each; f(p) is recalled, f(0) = 0 and f(1) = 1.",
        "Only the weight of the pair itself enters: which languages fill the rest hardly matters.",
    ),
)
