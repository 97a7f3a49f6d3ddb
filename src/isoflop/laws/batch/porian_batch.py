"""Best batch as a power of size, for runs near twenty tokens a parameter."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand

SEQUENCE = 2048  # tokens; the source prints sequences of this length
ANCHOR = 108e6  # parameters, at which the rounded form is printed


def batch(N: Operand, c: Operand, b: Operand) -> Operand:
    return c * power(N, b)


LAW = Law(
    name="porian_batch",
    entry="B13",
    about="Batch in tokens at the best learning rate and beta2, D near 20 N.",
    target="batch_tokens",
    inputs=("N",),
    formula=batch,
    source="porian2024",
    parameters=(
        Parameter("c", "token", 1e-6, 1e6, "batch at one parameter, extrapolated"),
        Parameter("b", "1", 0.0, 1.0, "exponent of size"),
    ),
    claims=(Claim("increases", in_="N"),),
    published=(
        Published(
            source="porian2024",
            where="arXiv 2406.19146: 0.00037 N^0.703 sequences of 2048 tokens",
            values={"c": 0.00037 * SEQUENCE, "b": 0.703},
            counts="tied",
            unit="token",
            valid={"N": (2.5e7, 1.1e8)},
            reported=(
                Reported({"N": 1.08e8}, {"batch_tokens": 164.3 * SEQUENCE}, 5e-4),
                Reported({"N": 1e9}, {"batch_tokens": 785.6 * SEQUENCE}, 1e-4),
                Reported({"N": 7e9}, {"batch_tokens": 3085.4 * SEQUENCE}, 2e-5),
            ),
        ),
        Published(
            source="porian2024",
            where="the rounded form the authors train with: 160 (N/108e6)^(2/3) sequences of 2048",
            values={"c": 160 * SEQUENCE * ANCHOR ** (-2 / 3), "b": 2 / 3},
            counts="tied",
            unit="token",
            valid={"N": (2.5e7, 1.1e8)},
            reported=(Reported({"N": ANCHOR}, {"batch_tokens": 160.0 * SEQUENCE}, 1e-12),),
            key="rounded",
        ),
    ),
    scope=(
        "Printed in sequences of 2048 tokens, here in tokens (0.7576 N^0.703).",
        "The smaller-is-worse side is largely an effect of Adam's beta2 at small batches.",
        "D near 20 N only; fitted to 25M-110M.",
    ),
)
