"""Loss of training with M replicas that meet rarely: replicas in the exponent, with a floor."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    N: Operand, replicas: Operand, A: Operand, alpha: Operand, beta: Operand, C: Operand
) -> Operand:
    return A * power(N, alpha + beta * replicas) + C


LAW = Law(
    name="diloco_bent",
    entry="X57",
    about="A better form than diloco_loss on the held-out size, without published coefficients.",
    target="loss",
    inputs=("N", "replicas"),
    axes=(Axis("replicas", "replicas", "1", "replicas that train apart", 1.0, 8.0),),
    formula=loss,
    source="diloco2025",
    parameters=(
        Parameter("A", "nat/token", 1e-2, 1e6, "price of too small a model"),
        Parameter("alpha", "1", -1.0, -0.01, "return on size and its 20 tokens per parameter"),
        Parameter("beta", "1", -0.01, 0.01, "how each replica changes the return on size"),
        Parameter("C", "nat/token", 0.0, 10.0, "loss that no size removes"),
    ),
    scope=(
        "Held-out mean log residual at 2.4B in the source: 0.0025, against 0.0044 without a floor.",
        "The source fits by Huber on logs, 256 random starts, and selects on the held-out size.",
    ),
)
