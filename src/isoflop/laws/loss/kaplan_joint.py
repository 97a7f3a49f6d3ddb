"""Joint law in parameters and unique tokens with coupling between the two (overfitting law)."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand

RULE_TOKENS, RULE_EXPONENT = 5e3, 0.74  # kaplan2020: tokens that keep overfitting near seed noise


def loss(
    N: Operand, D: Operand, N_c: Operand, alpha_N: Operand, D_c: Operand, alpha_D: Operand
) -> Operand:
    return power(power(N_c / N, alpha_N / alpha_D) + D_c / D, alpha_D)


def enough_tokens(N: float) -> float:
    """Unique tokens above which a model of N parameters overfits less than seed noise (0.02)."""
    return RULE_TOKENS * float(N**RULE_EXPONENT)


LAW = Law(
    name="kaplan_joint",
    entry="L06",
    about="Early-stopped loss of N parameters on D unique tokens; the two terms are coupled.",
    target="loss",
    inputs=("N", "D"),
    formula=loss,
    source="kaplan2020",
    parameters=(
        Parameter("N_c", "parameters", 1e6, 1e20, "size scale"),
        Parameter("alpha_N", "1", 0.005, 1.0, "return on parameters"),
        Parameter("D_c", "tokens", 1e6, 1e20, "token scale"),
        Parameter("alpha_D", "1", 0.005, 1.0, "return on unique tokens"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D"), Claim("tends to")),
    published=(
        Published(
            source="kaplan2020",
            where="L(N, D), 10% dropout and early stopping, arXiv 2001.08361",
            values={"N_c": 6.4e13, "alpha_N": 0.076, "D_c": 1.8e13, "alpha_D": 0.103},
            counts="non_embedding",
            valid={"N": (768.0, 1.5e9), "D": (2.2e7, 2.3e10)},
            reported=(
                Reported({"N": 1e9, "D": 2.2e10}, {"loss": 2.36932}, 5e-6),
                Reported({"N": 1e8, "D": 1e9}, {"loss": 2.956734}, 5e-7),
            ),
        ),
    ),
    scope=(
        "The early-stopped loss on a fixed corpus, not the loss of a run of length D.",
        "Not for compute-optimal planning: a plan takes its early-stopped losses for final ones.",
        "No irreducible loss; N without embeddings.",
    ),
)
