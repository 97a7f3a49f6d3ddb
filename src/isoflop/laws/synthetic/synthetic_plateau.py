"""Loss on data with and without synthetic text: a power law, and a plateau where tails are cut."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(D: Operand, cut: Operand, E: Operand, A: Operand, c: Operand, P: Operand) -> Operand:
    return E + A * power(D, -c) + P * cut


LAW = Law(
    name="synthetic_plateau",
    entry="X23",
    about="E + A*D^-c, and P more on data whose tail a generator cut (cut = 1; 0 on real data).",
    target="loss",
    inputs=("D", "cut"),
    formula=loss,
    source="collapse2024",
    axes=(Axis("cut", "synthetic", "1", "1 for data with synthetic text, else 0", 0.0, 1.0, True),),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no data removes"),
        Parameter("A", "nat/token", 1e-3, 1e8, "price of too few tokens"),
        Parameter("c", "1", 0.01, 2.0, "return on tokens; 1 - 1/beta under Zipf's law"),
        Parameter("P", "nat/token", 0.0, 10.0, "what no amount of the synthetic data teaches"),
    ),
    claims=(Claim("decreases", in_="D"), Claim("increases", in_="cut")),
    scope=(
        "E and P are told apart only by curves on real and on synthetic data together.",
        "P needs 1.5 decades of tokens; test it (isoflop.fit.synthetic_plateau).",
        "Qualitative for real language models: the toy law is one of memorisation.",
        "One P for a share of synthetic text: fit each share beside the real data.",
    ),
)
