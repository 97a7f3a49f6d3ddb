"""Fine-tuning loss as a plain power law in examples."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(D_f: Operand, E: Operand, A: Operand, beta: Operand) -> Operand:
    return E + A * power(D_f, -beta)


LAW = Law(
    name="finetune_power",
    entry="X72",
    about="One model, one task: power law in fine-tuning examples above a floor.",
    target="loss",
    inputs=("D_f",),
    formula=loss,
    source="zhang2024-finetuning",
    axes=(Axis("D_f", "examples", "examples", "fine-tuning examples", 100.0, 1e8),),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no fine-tuning data removes"),
        Parameter("A", "nat/token", 1e-3, 1e12, "height at one example"),
        Parameter("beta", "1", 0.001, 2.0, "return on fine-tuning data"),
    ),
    claims=(Claim("decreases", in_="D_f"),),
    scope=(
        "Misses the flat phase of small data: compare with rectified.",
        "First step of the joint fit of finetune_joint; a floor of its own means little.",
    ),
)
