"""Critical batch as a power of the tokens a small batch would need (Power Lines)."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand

SEQUENCE = 2048  # tokens; the source counts sequences of this length


def batch(D_min: Operand, c: Operand, p: Operand) -> Operand:
    return c * power(D_min, p)


LAW = Law(
    name="powerlines_critical",
    entry="B10",
    about="At this batch a loss takes twice the tokens: D = D_min (1 + B / B_crit).",
    target="batch_critical",
    inputs=("D_min",),
    formula=batch,
    source="bergsma2025",
    axes=(
        Axis("D_min", "tokens_min", "tokens", "tokens to the loss at vanishing batch", 1e8, 1e12),
    ),
    parameters=(
        Parameter("c", "token", 1e-3, 1e7, "critical batch at one token, extrapolated"),
        Parameter("p", "1", 0.0, 1.0, "exponent of tokens"),
    ),
    claims=(Claim("increases", in_="D_min"),),
    published=(
        Published(
            source="bergsma2025",
            where="exponent 0.462 of arXiv 2505.13738; prefactor 0.0471 sequences is recalled only",
            values={"c": 0.0471 * SEQUENCE, "p": 0.462},
            counts="unknown",
            unit="token",
            example=True,
        ),
    ),
    scope=(
        "The prefactor could not be verified: fit it.",
        "Printed in sequences of 2048 tokens, here in tokens.",
        "In tokens, not size: at fixed tokens the size hardly matters.",
    ),
)
