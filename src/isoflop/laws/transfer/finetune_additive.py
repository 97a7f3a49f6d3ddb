"""Fine-tuning loss with model scale and fine-tuning data adding up, the form that lost."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    x: Operand,
    D_f: Operand,
    E: Operand,
    A: Operand,
    alpha: Operand,
    B: Operand,
    beta: Operand,
) -> Operand:
    return E + A * power(x, -alpha) + B * power(D_f, -beta)


LAW = Law(
    name="finetune_additive",
    entry="X72",
    about="Additive rival of finetune_joint, to be compared with it on held-out runs.",
    target="loss",
    inputs=("x", "D_f"),
    formula=loss,
    source="zhang2024-finetuning",
    axes=(Axis("D_f", "examples", "examples", "fine-tuning examples", 1e3, 1e8),),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that neither factor removes"),
        Parameter("A", "nat/token", 1e-3, 1e12, "price of too small a factor x"),
        Parameter("alpha", "1", 0.01, 2.0, "return on x"),
        Parameter("B", "nat/token", 1e-3, 1e12, "price of too few examples"),
        Parameter("beta", "1", 0.001, 2.0, "return on fine-tuning examples"),
    ),
    claims=(Claim("decreases", in_="D_f"), Claim("decreases", in_="x")),
    scope=("Held-out error 0.0079 against 0.0048 of the product on English-German, x parameters.",),
)
