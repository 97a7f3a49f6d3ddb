"""Pure power law in compute on the efficient frontier."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand
from isoflop.laws.units import PF_DAY


def loss(C: Operand, C_c: Operand, alpha: Operand) -> Operand:
    return power(C_c / C, alpha)


def composite_exponent(alpha_S: float, alpha_B: float, alpha_N: float) -> float:
    """The exponent in compute implied by those in steps, critical batch and parameters."""
    return 1.0 / (1.0 / alpha_S + 1.0 / alpha_B + 1.0 / alpha_N)


LAW = Law(
    name="kaplan_compute",
    entry="L05",
    about="Pure power law in compute on the frontier; kept as a historical comparator.",
    target="loss",
    inputs=("C",),
    formula=loss,
    source="kaplan2020",
    parameters=(
        Parameter("C_c", "FLOP", 1e18, 1e40, "compute at which the loss would be one"),
        Parameter("alpha", "1", 0.005, 1.0, "return on compute"),
    ),
    claims=(Claim("decreases", in_="C"), Claim("tends to")),
    published=(
        Published(
            source="kaplan2020",
            key="kaplan2020-cmin",
            where="L(C_min), compute at a batch well below critical, arXiv 2001.08361",
            values={"C_c": 3.1e8 * PF_DAY, "alpha": 0.050},
            counts="non_embedding",
            reported=(Reported({"C": PF_DAY}, {"loss": 2.65808}, 5e-6),),
            note="Printed as 3.1e8 PF-days.",
        ),
        Published(
            source="kaplan2020",
            where="L(C), batch fixed at 2^19 tokens, arXiv 2001.08361",
            values={"C_c": 1.6e7 * PF_DAY, "alpha": 0.057},
            counts="non_embedding",
            note="Printed as 1.6e7 PF-days.",
        ),
    ),
    scope=(
        "Compute without embeddings, under schedules that were not matched to each run's length.",
        "Its allocation N* ~ C^0.73 is contradicted by every later study (about 0.5).",
        "The paper's own constants imply an exponent of 0.0520; it fits 0.050.",
    ),
)
