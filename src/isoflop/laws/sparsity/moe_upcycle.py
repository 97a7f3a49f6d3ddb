"""Loss of a dense model turned into a mixture of experts and trained on."""

from __future__ import annotations

from isoflop.laws.algebra import log, power
from isoflop.laws.law import Axis, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    D1: Operand, D2: Operand, A: Operand, a1: Operand, a2: Operand, a3: Operand, E: Operand
) -> Operand:
    return A * power(D1, -a1) * power(D2, a3 * log(D1) - a2) + E


LAW = Law(
    name="moe_upcycle",
    entry="X44",
    about="Tokens before and after the conversion; long dense training slows what follows.",
    target="loss",
    inputs=("D1", "D2"),
    axes=(
        Axis("D1", "tokens_dense", "tokens", "tokens of the dense model", 1e9, 1e12),
        Axis("D2", "tokens", "tokens", "tokens after the conversion", 1e9, 1e12),
    ),
    formula=loss,
    source="upcycling2025",
    parameters=(
        Parameter("A", "nat/token", 1e-3, 1e9, "price of too few tokens"),
        Parameter("a1", "1", 0.0, 2.0, "return on dense tokens"),
        Parameter("a2", "1", 0.0, 2.0, "return on tokens after the conversion"),
        Parameter("a3", "1", 0.0, 0.1, "how dense tokens slow what follows"),
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
    ),
    scope=(
        "The product form and the interaction were read in a digest; how the exponents are "
        "arranged is recalled, and no coefficients are verified: none ship.",
        "The floor may differ between phases, and warming up again changes a2.",
        "Needs at least 3 dense horizons by 4 later ones, of one configuration.",
        "Beyond D1 = exp(a2/a3) it says more tokens after the conversion hurt: do not go there.",
    ),
)
