"""Downstream cross-entropy after fine-tuning against pre-training data."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(D_p: Operand, E: Operand, A: Operand, alpha: Operand) -> Operand:
    return E + A * power(D_p, -alpha)


LAW = Law(
    name="downstream_loss",
    entry="X71",
    about="Loss on the downstream task against pre-training tokens, fine-tuning data fixed.",
    target="loss",
    inputs=("D_p",),
    formula=loss,
    source="isik2024",
    axes=(Axis("D_p", "tokens", "tokens", "pre-training tokens", 1e7, 1e12),),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no pre-training data removes"),
        Parameter("A", "nat/token", 1e-3, 1e12, "price of too little pre-training data"),
        Parameter("alpha", "1", 0.01, 2.0, "return on pre-training data"),
    ),
    claims=(Claim("decreases", in_="D_p"), Claim("tends to", "E")),
    scope=(
        "Cross-entropy alone hides misaligned data: look at the task's score beside it.",
        "The form is recalled; no numbers ship.",
    ),
)
