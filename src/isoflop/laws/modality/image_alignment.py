"""How well generated images match their text, as a power of compute, size or data."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def score(x: Operand, a: Operand, b: Operand) -> Operand:
    return a * power(x, b)


LAW = Law(
    name="image_alignment",
    entry="X104",
    about="Text-image alignment score on one axis at a time.",
    target="score/alignment",
    inputs=("x",),
    formula=score,
    source="t2i2024",
    parameters=(
        Parameter("a", "1", 1e-6, 1e3, "score at one unit of x"),
        Parameter("b", "1", 0.001, 1.0, "return on x"),
    ),
    claims=(Claim("increases", in_="x"),),
    scope=(
        "A score is bounded, the law is not: only within the range fitted.",
        "Depth buys more a parameter than channels; dense, diverse captions more than raw size.",
        "Exponents are recalled, none ships.",
    ),
)
