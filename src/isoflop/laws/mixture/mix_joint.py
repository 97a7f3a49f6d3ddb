"""Mixture inside the terms of size and tokens: the best mixture may change with scale."""

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
    A: tuple[Operand, ...],
    g_A: Operand,
    alpha: Operand,
    B: tuple[Operand, ...],
    g_B: Operand,
    beta: Operand,
) -> Operand:
    worth = (one * power(greater(r, LEAST_SHARE), e) for r, one, e in zip(share, C, g, strict=True))
    size = power(reduce(add, (one * r for one, r in zip(A, share, strict=True))), g_A)
    data = power(reduce(add, (one * r for one, r in zip(B, share, strict=True))), g_B)
    return E + 1.0 / reduce(add, worth) + size * power(N, -alpha) + data * power(D, -beta)


LAW = Law(
    name="mix_joint",
    entry="X09",
    about="As mix_additive, with A(h) = (sum A_i h_i)^g_A and B(h) likewise; recalled.",
    target="loss",
    inputs=("share/*", "N", "D"),
    formula=loss,
    source="optimalmixtures2025",
    axes=(Axis("share/*", "share/*", "1", "share of a source", 0.0, 1.0, zero=True),),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that neither scale nor mixture removes"),
        Parameter("C/*", "token/nat", 1e-3, 1e3, "worth of a source for the target"),
        Parameter("g/*", "1", 0.01, 2.0, "return on the share of a source"),
        Parameter("A/*", "nat/token", 1e-3, 1e8, "price of too few parameters on this source"),
        Parameter("g_A", "1", 0.01, 3.0, "how prices of parameters mix"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters"),
        Parameter("B/*", "nat/token", 1e-3, 1e8, "price of too few tokens on this source"),
        Parameter("g_B", "1", 0.01, 3.0, "how prices of tokens mix"),
        Parameter("beta", "1", 0.01, 2.0, "return on tokens"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D")),
    scope=(
        "Four numbers a source and six more: mixtures at several sizes and lengths are needed.",
        "Keep it only where it beats mix_additive on held-out runs.",
        "The form is recalled, not read in the paper; no coefficients are shipped.",
    ),
)
