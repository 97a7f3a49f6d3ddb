"""Best batch as a power of tokens, independent of size (Power Lines)."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand

SEQUENCE = 2048  # tokens; the source counts sequences of this length


def batch(D: Operand, c: Operand, p: Operand) -> Operand:
    return c * power(D, p)


LAW = Law(
    name="powerlines_batch",
    entry="B10",
    about="Batch in tokens with the least loss at given tokens, weight decay tuned, muP.",
    target="batch_tokens",
    inputs=("D",),
    formula=batch,
    source="bergsma2025",
    parameters=(
        Parameter("c", "token", 1e-3, 1e7, "batch at one token, extrapolated"),
        Parameter("p", "1", 0.0, 1.0, "exponent of tokens"),
    ),
    claims=(Claim("increases", in_="D"),),
    published=(
        Published(
            source="bergsma2025",
            where="exponent 0.383 of arXiv 2505.13738; prefactor 0.0306 sequences is recalled only",
            values={"c": 0.0306 * SEQUENCE, "p": 0.383},
            counts="unknown",
            unit="token",
            note="Interval of the exponent: 0.367 to 0.391.",
            example=True,
        ),
    ),
    scope=(
        "The prefactor could not be verified: fit it.",
        "Printed in sequences of 2048 tokens, here in tokens.",
    ),
)
