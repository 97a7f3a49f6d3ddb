"""Image quality of one diffusion model against its sampling steps."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def quality(n: Operand, q: Operand, a: Operand, b: Operand) -> Operand:
    return q - a * power(n, -b)


LAW = Law(
    name="sampling_steps",
    entry="X104",
    about="Quality against sampling steps at one size; fit by size to choose size and steps.",
    target="score/quality",
    inputs=("n",),
    formula=quality,
    source="latent-diffusion2024",
    scale="level",
    axes=(Axis("n", "sampling_steps", "1", "sampling steps", 1.0, 1000.0),),
    parameters=(
        Parameter("q", "unit of target", -1e3, 1e3, "quality with any number of steps"),
        Parameter("a", "unit of target", 1e-6, 1e3, "what one step alone lacks"),
        Parameter("b", "1", 0.01, 5.0, "return on steps"),
    ),
    claims=(Claim("increases", in_="n"), Claim("tends to", "q")),
    scope=(
        "One sampler and one guidance; each size has its own q, a and b (--by params).",
        "At a fixed inference budget smaller models often win: decide.sampling_budget.",
    ),
)
