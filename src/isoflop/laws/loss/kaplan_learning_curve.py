"""Loss in size and in steps taken at a batch far above critical."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def loss(
    N: Operand, S_min: Operand, N_c: Operand, alpha_N: Operand, S_c: Operand, alpha_S: Operand
) -> Operand:
    return power(N_c / N, alpha_N) + power(S_c / S_min, alpha_S)


def steps_to(
    loss: float, N: float, N_c: float, alpha_N: float, S_c: float, alpha_S: float
) -> float:
    """Steps S_min after which N parameters reach a loss; infinite if they never do."""
    room = loss - (N_c / N) ** alpha_N
    return float("inf") if room <= 0.0 else float(S_c * room ** (-1.0 / alpha_S))


LAW = Law(
    name="kaplan_learning_curve",
    entry="L07",
    also=("L18",),
    about="One term for size, one for steps at a batch far above critical.",
    target="loss",
    inputs=("N", "S_min"),
    formula=loss,
    source="kaplan2020",
    axes=(Axis("S_min", "steps_min", "steps", "steps at a batch far above critical", 1e2, 1e6),),
    parameters=(
        Parameter("N_c", "parameters", 1e6, 1e20, "size scale"),
        Parameter("alpha_N", "1", 0.005, 2.0, "return on parameters"),
        Parameter("S_c", "steps", 1.0, 1e6, "step scale"),
        Parameter("alpha_S", "1", 0.005, 2.0, "return on steps"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="S_min")),
    published=(
        Published(
            source="kaplan2020",
            where="L(N, S_min), arXiv 2001.08361",
            values={"N_c": 6.5e13, "alpha_N": 0.077, "S_c": 2.1e3, "alpha_S": 0.76},
            counts="non_embedding",
            valid={"N": (768.0, 1.5e9)},
            reported=(Reported({"N": 1e9, "S_min": 1e5}, {"loss": 2.40051}, 5e-6),),
        ),
        Published(
            source="su2024",
            where="arXiv 2403.06563; recalled with little confidence",
            values={"N_c": 1.5e14, "alpha_N": 0.076, "S_c": 2.6e3, "alpha_S": 0.67},
            counts="non_embedding",
            note="The source's own advice: refit for every tokenizer, data set and schedule.",
            example=True,
        ),
    ),
    scope=(
        "A nearly constant learning rate after a long warm-up; the tail of a cosine breaks it.",
        "S_min = S/(1 + B_crit(L)/B), point by point: see fit.least_steps.",
        "No irreducible loss; N without embeddings.",
    ),
)
