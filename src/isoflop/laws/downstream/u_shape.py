"""Accuracy that falls while a distractor is learnt and rises once the task itself is."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Law, Parameter
from isoflop.laws.traced import Operand

REFERENCE = 1e20  # FLOP, assumption: only sets where a_distract is read


def accuracy(
    C: Operand, a_true: Operand, a_distract: Operand, r: Operand, C_mid: Operand, s: Operand
) -> Operand:
    weight = 1.0 / (1.0 + power(C_mid / C, s))
    return weight * a_true + (1.0 - weight) * a_distract * power(C / REFERENCE, -r)


LAW = Law(
    name="u_shape",
    entry="X83",
    about="Inverse scaling that may turn: a distractor's falling score, then the task's own.",
    target="score/accuracy",
    inputs=("C",),
    formula=accuracy,
    source="mckenzie2023",
    scale="level",
    axes=(Axis("C", "flops", "FLOP", "training compute", 1e18, 1e25),),
    parameters=(
        Parameter("a_true", "1", 0.0, 1.0, "accuracy once the task is understood"),
        Parameter("a_distract", "1", 0.0, 1.0, "accuracy of the distractor's answer at 1e20 FLOP"),
        Parameter("r", "1", 0.0, 1.0, "how fast the distractor lowers accuracy"),
        Parameter("C_mid", "FLOP", 1e16, 1e30, "compute at which the task takes over"),
        Parameter("s", "1", 0.1, 10.0, "sharpness of the take-over"),
    ),
    scope=(
        "For showing that a falling score may turn; its minimum cannot be forecast from one side.",
        "Automatic fits explain little of held-out U-shaped data (R^2 0.30 at best, digest).",
        "The two branches are our choice; the source gives facts only.",
    ),
)
