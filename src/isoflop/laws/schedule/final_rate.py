"""Chinchilla with a price for a learning rate that does not end at zero."""

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
    return E + A * power(N, -alpha) + B * power(D, -beta) + F * h


LAW = Law(
    name="final_rate",
    entry="S05",
    about="Adds F times final over peak learning rate; pools runs annealed to different floors.",
    target="loss",
    inputs=("N", "D", "h"),
    formula=loss,
    source="bhagia2024",
    axes=(FINAL_SHARE,),
    parameters=(*SIZE_AND_TOKENS, gain("loss of a rate that never falls", 10.0)),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D"), Claim("increases", in_="h")),
    scope=(
        "Needs at least two different h at the same N and D.",
        "h ignores the length of the decay; the curve laws of the annealing area do not.",
        "Take the simplest of final_rate, final_rate_size and final_rate_joint within one "
        "standard error of the best on held-out runs.",
    ),
)
