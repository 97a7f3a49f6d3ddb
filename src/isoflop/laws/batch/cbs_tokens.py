"""Critical batch by training tokens, at fixed size."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand


def critical(D: Operand, k: Operand, q: Operand) -> Operand:
    return k * power(D / 1e9, q)


LAW = Law(
    name="cbs_tokens",
    entry="B06",
    about="The critical batch follows the tokens; at fixed tokens the size hardly matters.",
    target="batch_critical",
    inputs=("D",),
    axes=(Axis("D", "tokens", "tokens", "training tokens", 1e8, 1e13),),
    formula=critical,
    source="zhang2024",
    parameters=(
        Parameter("k", "unit of target", 1e-3, 1e9, "critical batch at a billion tokens"),
        Parameter("q", "1", 0.0, 1.5, "growth with tokens"),
    ),
    claims=(Claim("increases", in_="D"),),
    published=(
        Published(
            source="zhang2024",
            where="recalled; the exponent also in two digests",
            values={"k": 22.91, "q": 0.47},
            counts="unknown",
            unit="sequences of 512 tokens",
            note="by the 20% rule, one size on C4",
            example=True,
        ),
    ),
    scope=(
        "Contradicted: driven by the loss (kaplan2020), proportional to tokens (filatov2024), a "
        "plateau near 17M tokens a batch (merrill2025).",
        "The definition matters: the 20% rule and the hyperbola give other sizes and slopes.",
    ),
)
