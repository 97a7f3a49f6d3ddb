"""Compute at play against compute in training, at one strength: the trade-off in Hex."""

from __future__ import annotations

from isoflop.laws.algebra import exp, log10
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import LN_10, Operand


def test_compute(C_train: Operand, elo: Operand, p: Operand, q: Operand, r: Operand) -> Operand:
    return exp(LN_10 * (r + p * log10(C_train) + q * elo))


LAW = Law(
    name="board_game_search",
    entry="X88",
    about="Training compute buys test compute: a straight line in logs at equal strength.",
    target="test_compute",
    inputs=("C_train", "elo"),
    formula=test_compute,
    source="jones2021",
    axes=(
        Axis("C_train", "train_compute", "as in the table", "compute in training", 1e14, 1e18),
        Axis("elo", "elo", "Elo", "strength, zero is perfect play", -500.0, 0.0, zero=True),
    ),
    parameters=(
        Parameter("p", "1", -2.0, 0.0, "decades of test compute a decade of training saves"),
        Parameter("q", "1/Elo", 0.0, 0.01, "decades of test compute an Elo point costs"),
        Parameter("r", "1", -50.0, 100.0, "offset, in the unit of compute"),
    ),
    claims=(Claim("decreases", in_="C_train"),),
    published=(
        Published(
            source="jones2021",
            where="trade-off for Hex, read in a digest only; unit of compute not stated",
            values={"p": -1.2, "q": 0.004, "r": 29.0},
            counts="unknown",
            unit="not stated",
            example=True,
            reported=(
                Reported({"C_train": 1e15, "elo": 0.0}, {"test_compute": 1e11}, 1e-9),
            ),
        ),
    ),
    scope=(
        "Board games with exact play; for language models it depends on difficulty.",
        "The digest states neither the unit of compute nor the zero of Elo.",
    ),
)  # fmt: skip
