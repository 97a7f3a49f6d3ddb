"""Pure power law in unique tokens, for a large model stopped early."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def loss(D: Operand, D_c: Operand, alpha: Operand) -> Operand:
    return power(D_c / D, alpha)


LAW = Law(
    name="kaplan_data",
    entry="L04",
    about="Pure power law in unique tokens, one large model stopped early; no floor.",
    target="loss",
    inputs=("D",),
    formula=loss,
    source="kaplan2020",
    parameters=(
        Parameter("D_c", "tokens", 1e6, 1e20, "tokens at which the loss would be one"),
        Parameter("alpha", "1", 0.005, 1.0, "return on unique tokens"),
    ),
    claims=(Claim("decreases", in_="D"), Claim("tends to")),
    published=(
        Published(
            source="kaplan2020",
            where="L(D), early stopping on D unique tokens of WebText2, arXiv 2001.08361",
            values={"D_c": 5.4e13, "alpha": 0.095},
            counts="non_embedding",
            valid={"D": (2.2e7, 2.3e10)},
            reported=(Reported({"D": 1e10}, {"loss": 2.26244}, 5e-6),),
            note="The joint law has its own exponent (0.103): never mix the two sets.",
        ),
    ),
    scope=(
        "D is unique data seen for many epochs with early stopping, not tokens processed.",
        "Modern treatment of repeated data: the repetition laws.",
    ),
)
