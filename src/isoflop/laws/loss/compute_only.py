"""Loss as a straight line in the logarithm of compute: the null model "only compute matters"."""

from __future__ import annotations

from isoflop.laws.algebra import log10
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(C: Operand, p: Operand, q: Operand) -> Operand:
    return p * log10(C) + q


LAW = Law(
    name="compute_only",
    entry="L35",
    also=("X62",),
    about="Straight line in log compute, blind to how it is split: a null model to beat.",
    target="loss",
    inputs=("C",),
    formula=loss,
    source="guo2024",
    parameters=(
        Parameter("p", "nat/token", -10.0, 0.0, "change of the loss per decade of compute"),
        Parameter("q", "nat/token", 0.0, 300.0, "loss at one FLOP, a pure extrapolation"),
    ),
    claims=(Claim("decreases", in_="C"),),
    scope=(
        "Holds only within a factor 4-10 of the optimal split, where the loss is flat.",
        "Contradicts every law with an interior optimum: use it as the model to beat.",
        "The source states it for bits per character; its coefficients are not verified, "
        "none ship.",
    ),
)
