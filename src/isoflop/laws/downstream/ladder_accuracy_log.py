"""Task accuracy as the logarithm of a logistic curve of the task loss."""

from __future__ import annotations

from isoflop.laws.algebra import softplus
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def accuracy(x: Operand, a: Operand, k: Operand, x0: Operand) -> Operand:
    # 1 + a*ln(1 - 1/(1 + exp(-u))), and ln(1 - sigmoid(u)) = -softplus(u).
    return 1.0 - a * softplus(k * (x - x0))


LAW = Law(
    name="ladder_accuracy_log",
    entry="L34",
    also=("X76",),
    about="Step two of a task forecast with a straight fall instead of a lower plateau.",
    target="score/task",
    inputs=("x",),
    formula=accuracy,
    source="bhagia2024",
    scale="level",
    axes=(
        Axis("x", "bits_per_byte", "bit/byte", "loss of the correct answer", 0.05, 4.0, zero=True),
    ),
    parameters=(
        Parameter("a", "1", 0.0, 10.0, "fall of accuracy per unit of k times the loss"),
        Parameter("k", "byte/bit", 1e-3, 50.0, "steepness of the bend"),
        Parameter("x0", "bit/byte", 0.0, 5.0, "task loss at the bend"),
    ),
    claims=(Claim("decreases", in_="x"),),
    scope=(
        "No chance level: it falls on below it at high losses.",
        "The alternative of the source to ladder_accuracy; compare them on held-out runs.",
    ),
)
