"""Best batch as a power of the loss: the lower the loss, the larger the batch."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def batch(L: Operand, c: Operand, p: Operand) -> Operand:
    return c * power(L, -p)


LAW = Law(
    name="minicpm_batch",
    entry="B14",
    about="Batch in tokens with the least loss at given tokens, along a run or for its final loss.",
    target="batch_tokens",
    inputs=("L",),
    formula=batch,
    source="minicpm2024",
    axes=(
        Axis("L", "loss", "nat/token", "loss on the same validation set and tokenizer", 1.5, 6.0),
    ),
    parameters=(
        Parameter("c", "token", 1e4, 1e14, "batch at a loss of 1 nat/token"),
        Parameter("p", "1", 2.0, 10.0, "how fast the batch grows as the loss falls"),
    ),
    claims=(Claim("decreases", in_="L"),),
    published=(
        Published(
            source="minicpm2024",
            where="arXiv 2404.06395: 1.21e9 / L^6.24 tokens, C4 loss, models of 9M, 30M, 170M",
            values={"c": 1.21e9, "p": 6.24},
            counts="unknown",
            unit="token",
            reported=(
                Reported({"L": 2.0}, {"batch_tokens": 1.60088e7}, 5e-6),
                Reported({"L": 2.5}, {"batch_tokens": 3.97777e6}, 5e-6),
                Reported({"L": 3.0}, {"batch_tokens": 1.27511e6}, 5e-6),
            ),
        ),
    ),
    scope=(
        "The loss must be on the same validation set and tokenizer: 10% in tokens a byte moves the "
        "batch by 80%; convert through bits per byte.",
        "Compare the critical batch of kaplan2020: exponent 4.76 instead of 6.24.",
        "Under its width parametrisation the best learning rate stayed near 0.01, 0.04B to 2.1B.",
    ),
)
