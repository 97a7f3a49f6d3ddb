"""Joint law of parameters and tokens in one bracket, above a floor: the fit behind loss-to-loss."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    N: Operand, D: Operand, E: Operand, A: Operand, alpha: Operand, B: Operand, beta: Operand
) -> Operand:
    return E + power(power(A / N, alpha / beta) + B / D, beta)


LAW = Law(
    name="kaplan_floor",
    entry="X30",
    about="E + ((A/N)^(alpha/beta) + B/D)^beta, the single-dataset law of losstoloss2024.",
    target="loss",
    inputs=("N", "D"),
    formula=loss,
    source="losstoloss2024",
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("A", "parameters", 1e-3, 1e16, "size at which parameters alone cost one nat"),
        Parameter("alpha", "1", 0.02, 2.0, "return on parameters"),
        Parameter("B", "tokens", 1e-3, 1e16, "tokens at which data alone cost one nat"),
        Parameter("beta", "1", 0.02, 2.0, "return on tokens"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D"), Claim("tends to", "E")),
    scope=("The form is recalled, not read in the paper; no coefficients are shipped.",),
)
