"""Chinchilla at a constant learning rate, less what annealing gains."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law
from isoflop.laws.size_terms import FINAL_SHARE, SIZE_AND_TOKENS, gain
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    D: Operand,
    h: Operand,
    E: Operand,
    A: Operand,
    alpha: Operand,
    B: Operand,
    beta: Operand,
    F: Operand,
) -> Operand:
    return E + A * power(N, -alpha) + B * power(D, -beta) - F * (1.0 - h)


LAW = Law(
    name="final_rate_gain",
    entry="S05",
    about="Subtracts F*(1 - h); the law final_rate with its floor E at a constant rate.",
    target="loss",
    inputs=("N", "D", "h"),
    formula=loss,
    source="bhagia2024",
    scale="level",
    axes=(FINAL_SHARE,),
    parameters=(*SIZE_AND_TOKENS, gain("gain of a full decay", 10.0)),
    claims=(Claim("increases", in_="h"),),
    scope=(
        "Needs at least two different h at the same N and D.",
        "The same predictions as final_rate: E here is E + F there.",
        "h ignores the length of the decay; the curve laws of the annealing area do not.",
    ),
)
