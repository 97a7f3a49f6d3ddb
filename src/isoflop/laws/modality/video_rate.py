"""Best learning rate of a video diffusion transformer from its tokens and size."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def rate(D: Operand, N: Operand, a: Operand, b: Operand, c: Operand) -> Operand:
    return a * power(D, -b) * power(N, -c)


LAW = Law(
    name="video_rate",
    entry="X103",
    about="Optimal learning rate as a product of falling powers of tokens and parameters.",
    target="lr",
    inputs=("D", "N"),
    formula=rate,
    source="video-dit2024",
    parameters=(
        Parameter("a", "1", 1e-9, 1e6, "rate at one token and one parameter"),
        Parameter("b", "1", 0.0, 1.0, "fall with tokens"),
        Parameter("c", "1", 0.0, 1.0, "fall with size"),
    ),
    claims=(Claim("decreases", in_="D"), Claim("decreases", in_="N")),
    scope=(
        "On the best rate of each size and token count, linear in logs.",
        "The printed constants fit no one unit of tokens and parameters: withheld.",
    ),
)
