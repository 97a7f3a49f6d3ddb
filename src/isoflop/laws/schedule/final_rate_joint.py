"""Chinchilla less a gain of annealing that depends on size and tokens."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law
from isoflop.laws.size_terms import FINAL_SHARE, SIZE_AND_TOKENS, gain, turn
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
    r: Operand,
    q: Operand,
) -> Operand:
    gained = F * (1.0 - h) * power(N, r) * power(D, q)
    return E + A * power(N, -alpha) + B * power(D, -beta) - gained


LAW = Law(
    name="final_rate_joint",
    entry="S05",
    about="Subtracts F*(1 - h)*N^r*D^q.",
    target="loss",
    inputs=("N", "D", "h"),
    formula=loss,
    source="bhagia2024",
    scale="level",
    axes=(FINAL_SHARE,),
    parameters=(
        *SIZE_AND_TOKENS,
        gain("gain of a full decay, at one parameter and token", 1e8),
        turn("r", "how the gain turns with size"),
        turn("q", "how the gain turns with tokens"),
    ),
    claims=(Claim("increases", in_="h"),),
    scope=(
        "Needs at least two different h at the same N and D, over a grid of both.",
        "h ignores the length of the decay; the curve laws of the annealing area do not.",
    ),
)
