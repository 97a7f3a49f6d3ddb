"""BiMix: the loss of a domain falls with its own share and with training, as a product."""

from __future__ import annotations

from isoflop.laws.algebra import greater, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand

LEAST_SHARE = 1e-3  # smaller shares count as this one: the form is infinite at zero


def loss(r: Operand, D: Operand, alpha: Operand, B: Operand, beta: Operand, C: Operand) -> Operand:
    return power(greater(r, LEAST_SHARE), -alpha) * (B * power(D, -beta) + C)


LAW = Law(
    name="bimix",
    entry="X03",
    about="Own share times training length: (B*D^-beta + C) / r^alpha, the scale A fixed at one.",
    target="loss",
    inputs=("r", "D"),
    formula=loss,
    source="bimix2024",
    axes=(Axis("r", "share", "1", "share of the domain itself", LEAST_SHARE, 1.0, zero=True),),
    parameters=(
        Parameter("alpha", "1", 1e-3, 2.0, "return on the share of the domain"),
        Parameter("B", "nat/token", 1e-3, 1e12, "price of too little training"),
        Parameter("beta", "1", 0.01, 2.0, "return on training"),
        Parameter("C", "nat/token", 0.0, 20.0, "loss that no training removes, at share one"),
    ),
    claims=(Claim("decreases", in_="r"), Claim("decreases", in_="D")),
    scope=(
        "Only the share of the domain itself enters: what other domains teach it is ignored.",
        "Wrong near share zero, where it predicts an infinite loss; never below the least seen.",
        "At least three mixtures at four lengths each; D may be steps (--axis D=steps).",
    ),
)
