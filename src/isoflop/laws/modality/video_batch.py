"""Best batch of a video diffusion transformer from its tokens and size."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def batch(D: Operand, N: Operand, a: Operand, b: Operand, c: Operand) -> Operand:
    return a * power(D, b) * power(N, c)


LAW = Law(
    name="video_batch",
    entry="X103",
    about="Optimal batch as a product of powers of tokens and parameters.",
    target="batch_tokens",
    inputs=("D", "N"),
    formula=batch,
    source="video-dit2024",
    parameters=(
        Parameter("a", "tokens", 1e-9, 1e9, "batch at one token and one parameter"),
        Parameter("b", "1", 0.0, 2.0, "growth with tokens"),
        Parameter("c", "1", 0.0, 2.0, "growth with size"),
    ),
    claims=(Claim("increases", in_="D"), Claim("increases", in_="N")),
    scope=(
        "On the best batch of each size and token count, linear in logs.",
        "The printed constants fit no one unit of tokens and parameters: withheld.",
    ),
)
