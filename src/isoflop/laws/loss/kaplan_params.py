"""Pure power law in parameters, for training that data do not limit."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def loss(N: Operand, N_c: Operand, alpha: Operand) -> Operand:
    return power(N_c / N, alpha)


LAW = Law(
    name="kaplan_params",
    entry="L03",
    about="Pure power law in parameters, near convergence with data to spare; no floor.",
    target="loss",
    inputs=("N",),
    formula=loss,
    source="kaplan2020",
    parameters=(
        Parameter("N_c", "parameters", 1e6, 1e20, "size at which the loss would be one"),
        Parameter("alpha", "1", 0.005, 1.0, "return on parameters"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("tends to")),
    published=(
        Published(
            source="kaplan2020",
            where="L(N), WebText2, BPE 50257, context 1024, arXiv 2001.08361",
            values={"N_c": 8.8e13, "alpha": 0.076},
            counts="non_embedding",
            valid={"N": (768.0, 1.5e9)},
            reported=(
                Reported({"N": 1e8}, {"loss": 2.82996}, 5e-6),
                Reported({"N": 1e9}, {"loss": 2.37564}, 5e-6),
            ),
        ),
    ),
    scope=(
        "Only where data do not limit; N without embeddings.",
        "No irreducible loss: bends the wrong way at very large N.",
        "Constants mean nothing outside the tokenizer and data they were fitted on.",
    ),
)
