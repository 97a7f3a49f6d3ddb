"""Chinchilla less a gain of annealing in the area that the schedule leaves under its peak."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law
from isoflop.laws.size_terms import SIZE_AND_TOKENS, gain, turn
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    D: Operand,
    S2: Operand,
    E: Operand,
    A: Operand,
    alpha: Operand,
    B: Operand,
    beta: Operand,
    F: Operand,
    r: Operand,
) -> Operand:
    gained = F * S2 * power(N, r)
    return E + A * power(N, -alpha) + B * power(D, -beta) - gained


LAW = Law(
    name="annealing_area",
    entry="S05",
    about="Subtracts F*S2*N^r, S2 the annealing area of the schedule.",
    target="loss",
    inputs=("N", "D", "S2"),
    formula=loss,
    source="bhagia2024",
    scale="level",
    axes=(
        Axis("S2", "annealing_area", "lr*steps", "annealing area at the end", 0.1, 50.0, zero=True),
    ),
    parameters=(
        *SIZE_AND_TOKENS,
        gain("gain per unit of area, at one parameter", 1e4),
        turn("r", "how the gain turns with size"),
    ),
    claims=(Claim("decreases", in_="S2"),),
    scope=(
        "Needs schedules that differ in their area at the same N and D.",
        "The area is S2 of the curve law of tissue2024, summed to the last step of each run.",
    ),
)
