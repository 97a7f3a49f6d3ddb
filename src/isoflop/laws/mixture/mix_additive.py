"""Mixture, size and tokens as separate terms: the best mixture is the same at every scale."""

from __future__ import annotations

from functools import reduce
from operator import add

from isoflop.laws.algebra import greater, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand

LEAST_SHARE = 1e-9  # a share of zero as a power is zero, without a logarithm of zero


def loss(
    share: tuple[Operand, ...],
    N: Operand,
    D: Operand,
    E: Operand,
    C: tuple[Operand, ...],
    g: tuple[Operand, ...],
    A: Operand,
    alpha: Operand,
    B: Operand,
    beta: Operand,
) -> Operand:
    worth = (one * power(greater(r, LEAST_SHARE), e) for r, one, e in zip(share, C, g, strict=True))
    return E + 1.0 / reduce(add, worth) + A * power(N, -alpha) + B * power(D, -beta)


LAW = Law(
    name="mix_additive",
    entry="X09",
    about="E + 1/(sum C_i h_i^g_i) + A/N^alpha + B/D^beta; its exact form is recalled.",
    target="loss",
    inputs=("share/*", "N", "D"),
    formula=loss,
    source="optimalmixtures2025",
    axes=(Axis("share/*", "share/*", "1", "share of a source", 0.0, 1.0, zero=True),),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that neither scale nor mixture removes"),
        Parameter("C/*", "token/nat", 1e-3, 1e3, "worth of a source for the target"),
        Parameter("g/*", "1", 0.01, 2.0, "return on the share of a source"),
        Parameter("A", "nat/token", 1e-3, 1e8, "price of too few parameters"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters"),
        Parameter("B", "nat/token", 1e-3, 1e8, "price of too few tokens"),
        Parameter("beta", "1", 0.01, 2.0, "return on tokens"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D")),
    scope=(
        "Whether the best mixture moves with scale is a question to the data: compare with "
        "mix_joint on held-out runs.",
        "The form is recalled, not read in the paper; no coefficients are shipped.",
    ),
)
