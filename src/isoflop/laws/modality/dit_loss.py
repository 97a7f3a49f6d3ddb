"""Loss of a diffusion transformer at its compute-optimal size, a power law without floor."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def loss(C: Operand, A: Operand, alpha: Operand) -> Operand:
    return A * power(C, -alpha)


LAW = Law(
    name="dit_loss",
    entry="X102",
    about="Rectified-flow loss of text-to-image transformers on the isoFLOP minima.",
    target="loss",
    inputs=("C",),
    formula=loss,
    source="dit-laws2024",
    parameters=(
        Parameter("A", "loss of rectified flow", 1e-3, 1e9, "loss at one FLOP"),
        Parameter("alpha", "1", 0.001, 1.0, "return on compute"),
    ),
    claims=(Claim("decreases", in_="C"),),
    published=(
        Published(
            source="dit-laws2024",
            where="isoFLOP minima of 1e17 to 6e18 FLOP, read in a digest of arXiv 2410.08184",
            values={"A": 2.3943, "alpha": 0.0273},
            counts="unknown",
            unit="loss of rectified flow",
            valid={"C": (1e17, 6e18)},
            reported=(Reported({"C": 1.5e21}, {"loss": 0.6325}, 5e-4),),
        ),
    ),
    scope=(
        "No floor: do not forecast far beyond the budgets fitted.",
        "Bound to one setting: 108M image-text pairs, batch 1024, loss smoothed by 0.9.",
        "Exponents by architecture: in-context 0.0273, cross-attention 0.0385.",
    ),
)
