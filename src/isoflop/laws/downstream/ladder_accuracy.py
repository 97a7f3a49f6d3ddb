"""Task accuracy as a logistic curve of the task loss."""

from __future__ import annotations

from isoflop.laws.algebra import exp
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def accuracy(x: Operand, p: Operand, k: Operand, x0: Operand, q: Operand) -> Operand:
    return p / (1.0 + exp(-k * (x - x0))) + q


LAW = Law(
    name="ladder_accuracy",
    entry="L34",
    also=("X76",),
    about="One curve for all sizes and checkpoints of a ladder: step two of a task forecast.",
    target="score/task",
    inputs=("x",),
    formula=accuracy,
    source="bhagia2024",
    scale="level",
    axes=(
        Axis("x", "bits_per_byte", "bit/byte", "loss of the correct answer", 0.05, 4.0, zero=True),
    ),
    parameters=(
        Parameter("p", "1", -1.0, 0.0, "fall from the ceiling to chance"),
        Parameter("k", "byte/bit", 0.0, 50.0, "steepness"),
        Parameter("x0", "bit/byte", 0.0, 5.0, "task loss half way"),
        Parameter("q", "1", 0.0, 1.0, "ceiling"),
    ),
    claims=(Claim("decreases", in_="x"),),
    scope=(
        "Add the ideal point (loss 0, accuracy at the ceiling): it extrapolates below every loss "
        "of the ladder.",
        "Skip the first 10% of checkpoints and average the last five (fit.ladder does).",
        "Tasks whose last checkpoints scatter widely are not predictable (BoolQ, Winogrande).",
    ),
)
