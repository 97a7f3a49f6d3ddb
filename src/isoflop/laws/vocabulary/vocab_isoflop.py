"""Compute-optimal vocabulary parameters as a power of compute."""

from __future__ import annotations

from isoflop.laws.algebra import exp, log
from isoflop.laws.law import Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand


def vocabulary(C: Operand, K: Operand, a: Operand) -> Operand:
    return exp(K + a * log(C))


LAW = Law(
    name="vocab_isoflop",
    entry="X35",
    about="Vocabulary parameters along the envelope of lowest vocabulary-fair loss.",
    target="params_vocab",
    inputs=("C",),
    formula=vocabulary,
    source="vocabulary2024",
    parameters=(
        Parameter("K", "1", -40.0, 40.0, "log of the vocabulary parameters of one FLOP"),
        Parameter("a", "1", 0.05, 1.5, "growth with compute"),
    ),
    claims=(Claim("increases", in_="C"),),
    published=(
        Published(
            source="vocabulary2024",
            where="approach 1, code of arXiv 2407.13623",
            values={"K": -1.589031299255507, "a": 0.4163622634135234},
            counts="non_embedding",
            unit="parameters",
            note="Other parameters go with exp(-2.4846510161625193) * C^0.5.",
        ),
    ),
    scope=(
        "Fitted to envelope points, not to runs: see fit.vocabulary.envelope.",
        "Other parameters and characters grow as C^0.5 by decree.",
    ),
)
