"""BiMix at one training length: the loss of a domain is a power of its own share."""

from __future__ import annotations

from isoflop.laws.algebra import greater, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand

LEAST_SHARE = 1e-3  # smaller shares count as this one: the form is infinite at zero


def loss(r: Operand, kappa: Operand, alpha: Operand) -> Operand:
    return kappa * power(greater(r, LEAST_SHARE), -alpha)


LAW = Law(
    name="bimix_slice",
    entry="X03",
    about="What bimix says of runs of one length: kappa / r^alpha.",
    target="loss",
    inputs=("r",),
    formula=loss,
    source="bimix2024",
    axes=(Axis("r", "share", "1", "share of the domain itself", LEAST_SHARE, 1.0, zero=True),),
    parameters=(
        Parameter("kappa", "nat/token", 0.01, 20.0, "loss when trained on the domain alone"),
        Parameter("alpha", "1", 1e-3, 2.0, "return on the share of the domain"),
    ),
    claims=(Claim("decreases", in_="r"),),
    scope=(
        "Only the share of the domain itself enters: what other domains teach it is ignored.",
        "Wrong near share zero, where it predicts an infinite loss; never below the least seen.",
    ),
)
