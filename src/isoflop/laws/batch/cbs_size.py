"""Critical batch by model size, along runs of about 20 tokens a parameter."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand


def critical(N: Operand, k: Operand, q: Operand) -> Operand:
    return k * power(N / 1e6, q)


LAW = Law(
    name="cbs_size",
    entry="B06",
    about="Where tokens grow with the size; at fixed tokens the size has almost no effect.",
    target="batch_critical",
    inputs=("N",),
    axes=(Axis("N", "params", "parameters", "model size", 1e6, 1e11),),
    formula=critical,
    source="zhang2024",
    parameters=(
        Parameter("k", "unit of target", 1e-3, 1e9, "critical batch at a million parameters"),
        Parameter("q", "1", 0.0, 1.5, "growth with size and tokens together"),
    ),
    claims=(Claim("increases", in_="N"),),
    published=(
        Published(
            source="zhang2024",
            where="recalled; the exponent also in two digests",
            values={"k": 93.20, "q": 0.47},
            counts="unknown",
            unit="sequences of 512 tokens",
            note="by the 20% rule, 85M to 1.2B on C4 with tokens in proportion to size",
            example=True,
        ),
    ),
    scope=(
        "Size stands for tokens here: never use it off the line it was fitted on, see cbs_tokens.",
    ),
)
