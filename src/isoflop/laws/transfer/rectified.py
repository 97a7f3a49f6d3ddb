"""Fine-tuning loss that is flat while the data is small, then falls as a power law."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(D_f: Operand, E: Operand, B: Operand, D_l: Operand, beta: Operand) -> Operand:
    return E + B / (D_l + power(D_f, beta))


LAW = Law(
    name="rectified",
    entry="X73",
    about="Rectified law: a flat pre-power phase, then a power law in fine-tuning examples.",
    target="loss",
    inputs=("D_f",),
    formula=loss,
    source="lin2024",
    axes=(
        Axis(
            "D_f",
            "examples",
            "examples",
            "fine-tuning examples, each seen to convergence",
            100.0,
            1e7,
        ),
    ),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no fine-tuning data removes"),
        Parameter("B", "nat/token", 1e-3, 1e12, "height of the reducible part"),
        Parameter("D_l", "examples^beta", 1e-3, 1e12, "data the model has learnt before"),
        Parameter("beta", "1", 0.01, 2.0, "return on fine-tuning data in the power phase"),
    ),
    claims=(Claim("decreases", in_="D_f"), Claim("tends to", "E")),
    scope=(
        "Needs points in both phases: without the flat one hold D_l (--fix), from B/D_l + E, the "
        "loss before any fine-tuning, where it was measured.",
        "With points of the flat phase alone every exponent fits: models cannot be ranked by it.",
        "One base model, one task; losses of models with different tokenizers do not compare.",
    ),
)
