"""Best vocabulary parameters as a power of the other parameters."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand

ANCHOR = 33e6  # parameters without vocabulary of the smallest model of the source


def vocabulary(N_ne: Operand, N_0: Operand, g: Operand) -> Operand:
    return N_0 * power(N_ne / ANCHOR, g)


LAW = Law(
    name="vocab_growth",
    entry="X36",
    about="Vocabulary parameters grow slower than the rest of the model.",
    target="params_vocab",
    inputs=("N_ne",),
    formula=vocabulary,
    source="vocabulary2024",
    parameters=(
        Parameter("N_0", "parameters", 1e4, 1e9, "best vocabulary parameters at 33M others"),
        Parameter("g", "1", 0.1, 1.5, "growth with the other parameters"),
    ),
    claims=(Claim("increases", in_="N_ne"),),
    published=(
        Published(
            source="vocabulary2024",
            where="approach 2, code of arXiv 2407.13623; g from the derivative of compute in the "
            "vocabulary, N_0 the best vocabulary seen at 33M",
            values={"N_0": 3145728.0, "g": 0.8353974035228025},
            counts="non_embedding",
            unit="parameters",
        ),
    ),
    scope=(
        "The derivative holds characters fixed and counts compute only: see fit.vocabulary.growth.",
        "The level rests on one anchor, a best vocabulary read from noisy runs.",
    ),
)
