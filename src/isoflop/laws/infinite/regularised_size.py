"""Loss of ever larger, ever better regularised models on fixed unique data."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand

BILLION = 1e9  # unit of N behind the printed price


def loss(N: Operand, E_U: Operand, A_U: Operand, alpha_U: Operand) -> Operand:
    return E_U + A_U * power(N / BILLION, -alpha_U)


LAW = Law(
    name="regularised_size",
    entry="L27",
    also=("X26",),
    about="Size at fixed unique tokens with weight decay tuned at each; compute is free.",
    target="loss",
    inputs=("N",),
    formula=loss,
    source="kim2025",
    parameters=(
        Parameter("E_U", "nat/token", 0.0, 10.0, "asymptote on these data"),
        Parameter("A_U", "nat/token", 1e-6, 1e3, "price of size, at 1B parameters"),
        Parameter("alpha_U", "1", 0.05, 3.0, "return on parameters"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("tends to", "E_U")),
    published=(
        Published(
            source="kim2025",
            where="200M unique tokens, 150M to 1.4B parameters, arXiv 2509.14786, digests",
            values={"E_U": 3.43, "A_U": 0.05, "alpha_U": 1.02},
            counts="unknown",
            valid={"N": (1.5e8, 1.4e9)},
            note="Four sizes; the asymptote is extrapolated.",
        ),
    ),
    scope=(
        "Weight decay must be tuned at each size (about 30 times the usual): otherwise the loss is "
        "not monotone in size and the fit means nothing.",
        "Its exponent near 1 is no contradiction to 0.34 elsewhere: unique data are fixed, not "
        "compute.",
        "Holds for one number of unique tokens.",
    ),
)
