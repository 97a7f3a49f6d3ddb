"""Loss on the domain against its share, at one length of continued training."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Law, Parameter
from isoflop.laws.traced import Operand


def loss(R: Operand, a: Operand, s: Operand, b: Operand) -> Operand:
    return a * power(R, s) + b


LAW = Law(
    name="cmr_domain_loss",
    entry="X15",
    about="Domain loss in the share at a fixed length: L(R) = a*R^s + b.",
    target="loss",
    inputs=("R",),
    formula=loss,
    source="cmr2024",
    scale="level",
    axes=(Axis("R", "share_domain", "1", "share of domain data", 0.05, 1.0),),
    parameters=(
        Parameter("a", "nat/token", -1e3, 1e3, "weight of the power; negative where s is positive"),
        Parameter("s", "1", -3.0, 3.0, "exponent of the share"),
        Parameter("b", "nat/token", -1e3, 1e3, "offset"),
    ),
    scope=(
        "One length and one size; a and b are nearly collinear where s is near zero, so read "
        "the curve and not its numbers.",
        "Not for a share of zero.",
    ),
)
