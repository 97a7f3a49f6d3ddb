"""Critical batch as a power of the loss reached."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def batch(L: Operand, B_star: Operand, alpha_B: Operand) -> Operand:
    return B_star * power(1.0 / L, 1.0 / alpha_B)


LAW = Law(
    name="kaplan_critical_batch",
    entry="L08",
    also=("L18",),
    about="Critical batch from the loss reached, whatever the size of the model.",
    target="batch_tokens",
    inputs=("L",),
    formula=batch,
    source="kaplan2020",
    axes=(Axis("L", "loss", "nat/token", "loss reached", 1.5, 8.0),),
    parameters=(
        Parameter("B_star", "tokens", 1e4, 1e13, "critical batch at a loss of one"),
        Parameter("alpha_B", "1", 0.05, 1.0, "inverse power of the loss"),
    ),
    claims=(Claim("decreases", in_="L"),),
    published=(
        Published(
            source="kaplan2020",
            where="B_crit(L) in the text, arXiv 2001.08361; its table prints 2.1e8",
            values={"B_star": 2e8, "alpha_B": 0.21},
            counts="non_embedding",
            unit="tokens",
            reported=(
                Reported({"L": 4.0}, {"batch_tokens": 2.717e5}, 2e-4),
                Reported({"L": 3.0}, {"batch_tokens": 1.0691e6}, 5e-5),
                Reported({"L": 2.5}, {"batch_tokens": 2.5473e6}, 5e-5),
                Reported({"L": 2.0}, {"batch_tokens": 7.3715e6}, 5e-5),
            ),
        ),
        Published(
            source="su2024",
            where="arXiv 2403.06563; recalled with little confidence",
            values={"B_star": 1.7e8, "alpha_B": 0.205},
            counts="non_embedding",
            unit="tokens",
            example=True,
        ),
    ),
    scope=(
        "Fit it to critical batches (column batch_tokens) read off hyperbolas of steps and tokens.",
        "The loss depends on the tokenizer; between tokenizers only bits per byte transfer.",
        "Later studies name tokens seen, not loss, as the driver, and find a plateau.",
    ),
)
