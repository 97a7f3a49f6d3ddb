"""Loss of continued pre-training against size, tokens and the share of matching data."""

from __future__ import annotations

from isoflop.laws.algebra import greater, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand

NO_SHARE = 1e-12  # stands in for a share of zero, whose log is needed; r^eta is zero there


def loss(
    N: Operand,
    D: Operand,
    r: Operand,
    E: Operand,
    A: Operand,
    alpha: Operand,
    B: Operand,
    beta: Operand,
    eta: Operand,
    C: Operand,
    gamma: Operand,
    eps: Operand,
) -> Operand:
    share = power(greater(r, NO_SHARE), eta)
    return (
        E
        + A * power(N, -alpha)
        + B * share * power(D, -beta)
        + C * power(r + eps, -gamma)
    )  # fmt: skip


LAW = Law(
    name="dcpt",
    entry="X13",
    about="D-CPT: r is the share of the corpus that matches the validation set.",
    target="loss",
    inputs=("N", "D", "r"),
    formula=loss,
    source="dcpt2024",
    axes=(
        Axis("r", "share_matching", "1", "share that matches the validation set", 0.0, 1.0, True),
    ),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("A", "nat/token", 1e-3, 1e8, "price of too few parameters"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters"),
        Parameter("B", "nat/token", 1e-3, 1e8, "price of too few tokens, all of them matching"),
        Parameter("beta", "1", 0.01, 2.0, "return on tokens"),
        Parameter("eta", "1", 0.0, 5.0, "how the price of too few tokens grows with the share"),
        Parameter("C", "nat/token", 1e-6, 1e2, "price of a small share"),
        Parameter("gamma", "1", 0.01, 5.0, "return on the share"),
        Parameter("eps", "1", 1e-3, 1.0, "share that forgetting counts as if always there"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D")),
    scope=(
        "Fit it twice: the domain loss against the domain share, the general loss against one "
        "minus it.",
        "The base checkpoint is fixed, so E and A are not those of pre-training.",
        "Loss must fall with r as well: isoflop.fit.continual fits it so.",
        "Needs three sizes, nine ratios and several lengths; shares below 0.05 extrapolate poorly.",
        "The authors hold eps (recalled as 0.1): hold it too (--fix) without shares near 0.",
    ),
)
