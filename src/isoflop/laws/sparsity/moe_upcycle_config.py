"""Loss of upcycled mixtures of several sizes and sparsities."""

from __future__ import annotations

from isoflop.laws.algebra import log, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    D1: Operand,
    D2: Operand,
    N_active: Operand,
    P: Operand,
    A: Operand,
    a1: Operand,
    a2: Operand,
    a3: Operand,
    B: Operand,
    b1: Operand,
    b2: Operand,
    E: Operand,
) -> Operand:
    data = A * power(D1, -a1) * power(D2, a3 * log(D1) - a2)
    return data + B * power(N_active, -b1) * power(P, -b2) + E


LAW = Law(
    name="moe_upcycle_config",
    entry="X44",
    about="The upcycling law with a term for active size and for total over active parameters.",
    target="loss",
    inputs=("D1", "D2", "N_active", "P"),
    axes=(
        Axis("D1", "tokens_dense", "tokens", "tokens of the dense model", 1e9, 1e12),
        Axis("D2", "tokens", "tokens", "tokens after the conversion", 1e9, 1e12),
        Axis("P", "total_over_active", "1", "total over active parameters", 1.0, 32.0),
    ),
    formula=loss,
    source="upcycling2025",
    parameters=(
        Parameter("A", "nat/token", 1e-3, 1e9, "price of too few tokens"),
        Parameter("a1", "1", 0.0, 2.0, "return on dense tokens"),
        Parameter("a2", "1", 0.0, 2.0, "return on tokens after the conversion"),
        Parameter("a3", "1", 0.0, 0.1, "how dense tokens slow what follows"),
        Parameter("B", "nat/token", 1e-3, 1e9, "price of too few active parameters"),
        Parameter("b1", "1", 0.01, 2.0, "return on active parameters"),
        Parameter("b2", "1", 0.0, 2.0, "return on total over active parameters"),
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
    ),
    claims=(Claim("decreases", in_="N_active"), Claim("decreases", in_="P")),
    scope=(
        "Recalled form without verified coefficients: none ship.",
        "Eight parameters: configurations, dense and later horizons must all vary.",
    ),
)
