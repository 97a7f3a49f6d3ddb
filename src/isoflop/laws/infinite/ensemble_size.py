"""Loss of an ensemble in the number of its members."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand


def loss(K: Operand, E_K: Operand, A_K: Operand, beta_K: Operand) -> Operand:
    return E_K + A_K * power(K, -beta_K)


LAW = Law(
    name="ensemble_size",
    entry="L27",
    also=("X26",),
    about="Members of one size on the same unique tokens, logits averaged.",
    target="loss",
    inputs=("K",),
    formula=loss,
    source="kim2025",
    axes=(Axis("K", "members", "models", "ensemble members", 1.0, 64.0),),
    parameters=(
        Parameter("E_K", "nat/token", 0.0, 10.0, "asymptote of infinitely many members"),
        Parameter("A_K", "nat/token", 1e-6, 1e3, "what a single member loses to it"),
        Parameter("beta_K", "1", 0.05, 3.0, "return on members; 1 for averaged-out variance"),
    ),
    claims=(Claim("decreases", in_="K"), Claim("tends to", "E_K")),
    published=(
        Published(
            source="kim2025",
            where="200M unique tokens, members of 300M, arXiv 2509.14786, digests",
            values={"E_K": 3.34, "A_K": 0.25, "beta_K": 1.02},
            counts="unknown",
            note="The limit of both, first members and then size, is 3.17.",
        ),
    ),
    scope=(
        "Members prefer more epochs and less weight decay than a single model: tune them as "
        "members.",
        "For both limits take members first, then size (fit.infinite_compute).",
    ),
)
