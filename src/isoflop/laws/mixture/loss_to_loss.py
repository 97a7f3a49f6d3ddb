"""Loss-to-loss: one reducible loss is a power of another, models paired by compute."""

from __future__ import annotations

from isoflop.laws.algebra import greater, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand

LEAST_EXCESS = 1e-9  # nat/token: a loss at or below its floor has no excess


def loss(L_0: Operand, K: Operand, kappa: Operand, E_0: Operand, E_1: Operand) -> Operand:
    return K * power(greater(L_0 - E_0, LEAST_EXCESS), kappa) + E_1


LAW = Law(
    name="loss_to_loss",
    entry="X30",
    about="L_1 = K*(L_0 - E_0)^kappa + E_1, with E_0 and E_1 from the laws of each data set.",
    target="loss",
    inputs=("L_0",),
    formula=loss,
    source="losstoloss2024",
    axes=(Axis("L_0", "loss_0", "nat/token", "loss on the first data set", 0.5, 12.0),),
    parameters=(
        Parameter("K", "1", 1e-3, 1e3, "reducible loss there for one nat here"),
        Parameter("kappa", "1", 0.1, 10.0, "ratio of the exponents of the two data sets"),
        Parameter("E_0", "nat/token", 0.0, 10.0, "floor of the first loss; fix it (--fix)"),
        Parameter("E_1", "nat/token", 0.0, 10.0, "floor of the second loss; fix it (--fix)"),
    ),
    claims=(Claim("increases", in_="L_0"),),
    scope=(
        "Fix E_0 and E_1 from a fit of each data set: all four are not determined by less than "
        "two decades of reducible loss.",
        "The same tokenizer and the same evaluation tokens on both sides.",
        "Fits with equal residuals of 0.004 nats can differ by 0.27 nats when extrapolated.",
    ),
)
